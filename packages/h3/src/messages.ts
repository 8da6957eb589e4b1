/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */
import type { UntrustedReason } from '@limen/core'

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** The form of the option `eager`, in an `AUTH_CONFIG` error. */
export const EAGER_FORM = 'true, false or a function of the event'

/** `setSession()` in a handler whose response is stored for other visitors. */
export const COOKIES_IN_CACHED_HANDLER =
  'setSession() cannot set a cookie in a cached handler: its response is stored and sent to other visitors. Call it in a handler that is not cached.'

/** The Nitro plugin received an app of another version. */
export const NITRO_FORM = 'the app that Nitro 3 passes to a plugin'

/** The text of a 401. */
export const UNAUTHORIZED = 'Unauthorized'

/** The text of a 403. */
export function forbidden(reason: UntrustedReason): string {
  return `Forbidden: ${reason}`
}
