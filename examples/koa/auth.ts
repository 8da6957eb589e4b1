import { limen } from '@limen/core'
import { koa } from '@limen/node'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  middleware: koa(),
  getUserAttributes: ({ name }) => ({ name }),
})
