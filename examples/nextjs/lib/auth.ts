import { limen } from '@limen/core'
import { nextjs } from '@limen/nextjs'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  getUserAttributes: ({ name }) => ({ name }),
})

export const { getSession, getPageRequest, getAuthRequest, withAuth, requireOrigin, renewSession } =
  nextjs(auth)
