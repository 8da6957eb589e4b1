import { limen } from '@limen/core'
import { node } from '@limen/node'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  middleware: node(),
  getUserAttributes: ({ name }) => ({ name }),
})
