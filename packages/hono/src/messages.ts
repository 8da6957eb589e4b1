/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */
import type { UntrustedReason } from '@limen/core'

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned, or a function of the context that returns it'

/** The form of the second argument of `requireSession`, in an `AUTH_CONFIG` error. */
export const OTHERWISE_FORM = 'a function of the context'

/** The text of a 401. */
export const UNAUTHORIZED = 'Unauthorized'

/** The text of a 401 for a request with a bearer token. */
export const UNAUTHORIZED_BEARER =
  'Unauthorized: requireSession() reads the session cookie. Use validateBearerToken()'

/** The text of a 403. */
export function forbidden(reason: UntrustedReason): string {
  return `Forbidden: ${reason}`
}
