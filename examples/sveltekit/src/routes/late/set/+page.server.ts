import { setTimeout } from 'node:timers/promises'
import { isAuthError } from '@limen/core'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals }) => ({
  code: setTimeout(1000).then(() => {
    try {
      locals.auth.setSession(null)
      return 'no error'
    } catch (error) {
      return isAuthError(error) ? error.code : 'another error'
    }
  }),
})
