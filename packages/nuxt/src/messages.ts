/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */
import type { UntrustedReason } from '@limen/core'

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** `setSession()` in a handler whose response is stored for other visitors. */
export const COOKIES_IN_CACHED_HANDLER =
  'setSession() cannot set a cookie in a cached handler: its response is stored and sent to other visitors. Call it in a handler that is not cached.'

/** The text of a 401. */
export const UNAUTHORIZED = 'Unauthorized'

/** The file with the `auth` object is missing. */
export function authFileMissing(path: string): string {
  return `@limen/nuxt needs a file that exports auth, what limen() returned. There is none at ${path}: create it, or set limen.auth in nuxt.config.ts to the path of yours.`
}

/** The text of a 403. */
export function forbidden(reason: UntrustedReason): string {
  return `Forbidden: ${reason}`
}
