import { limen } from '@limen/core'
import { nextjs } from '@limen/nextjs/pages'
import { openStore } from 'driver/store'

/** For the Pages Router. */
export const auth = limen({
  store: openStore(),
  middleware: nextjs(),
  getUserAttributes: ({ name }) => ({ name }),
})
