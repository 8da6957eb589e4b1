import { limen } from '@limen/core'
import { authenticate } from '@limen/react-router'
import { openStore } from 'driver/store'

export const auth = limen({
  store: openStore(),
  getUserAttributes: ({ name }) => ({ name }),
})

export const [authMiddleware, getAuth] = authenticate(auth)
