import { limen } from '@limen/core'
import { fastify } from '@limen/node'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  middleware: fastify(),
  getUserAttributes: ({ name }) => ({ name }),
})
