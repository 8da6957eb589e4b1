/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */
import type { UntrustedReason } from '@limen/core'

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** The form of the argument `otherwise`, in an `AUTH_CONFIG` error. */
export const OTHERWISE_FORM = 'a function of the request and the response'

/** The form of the option `withinMs`, in an `AUTH_CONFIG` error. */
export const WITHIN_FORM = 'a whole number of milliseconds above 0, such as 600000 (10 minutes)'

/** The text of a 401. */
export const UNAUTHORIZED = 'Unauthorized'

/** The text of a 401 for a session that was created too long ago. */
export const UNAUTHORIZED_OLD = 'Unauthorized: sign in again'

/** The text of a 403. */
export function forbidden(reason: UntrustedReason): string {
  return `Forbidden: ${reason}`
}
