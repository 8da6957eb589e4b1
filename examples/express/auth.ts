import { limen } from '@limen/core'
import { express } from '@limen/node'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  middleware: express(),
  getUserAttributes: ({ name }) => ({ name }),
})
