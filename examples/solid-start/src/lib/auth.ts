import { limen } from '@limen/core'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  getUserAttributes: ({ name }) => ({ name }),
})
