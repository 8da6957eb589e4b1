/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */
import type { UntrustedReason } from '@limen/core'

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** `setSession()` on a request that the plugin did not open. */
export const PLUGIN_MISSING =
  'elysia() cannot set cookies without the plugin: add .use(authenticate(auth)) to the app.'

/** The text of a 401. */
export const UNAUTHORIZED = 'Unauthorized'

/** The text of a 403. */
export function forbidden(reason: UntrustedReason): string {
  return `Forbidden: ${reason}`
}
