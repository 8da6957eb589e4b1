/** Every message of this package, one for each rule. */
import type { UntrustedReason } from '@limen/core'

/** The form of the argument `auth`, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

// AUTH_COOKIES_DISABLED

/** Refuses `setSession()` while a page is rendered. */
export const IN_A_PAGE =
  'A page or layout cannot set cookies: call setSession() in a server action, or in a route handler that withAuth() wraps.'

// AUTH_UNTRUSTED_ORIGIN

/** Refuses a request before its server action or route handler writes anything. */
export function untrusted(reason: UntrustedReason): string {
  return `${reason}: getAuthRequest() and withAuth() refuse this request. To let its handler decide, pass requireOrigin: false.`
}
