/** The middleware of Lucia v2 for Elysia. */
import { AuthError, type CookieContext, type Middleware } from '@limen/core'
import { PLUGIN_MISSING } from './messages.ts'

/** The part of a context of Elysia that Limen uses. */
export interface ElysiaContext {
  /** The request. */
  readonly request: Request
}

/**
 * Takes a context of Elysia, as in Lucia v2: `auth.handleRequest(context)`. It is the AuthRequest of the
 * plugin: without `.use(authenticate(auth))`, no cookie can be set and no session is renewed.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: elysia() })
 */
export function elysia(): Middleware<[context: ElysiaContext]> {
  return ({ request }) => contextOf(request)
}

/** A context that finds the AuthRequest that the plugin has opened. */
export function contextOf(request: Request): CookieContext {
  return {
    request,
    key: request,
    // Elysia's own cookies overwrite a header that is set in a handler.
    setCookie() {
      throw new AuthError('AUTH_COOKIES_DISABLED', PLUGIN_MISSING)
    },
    mayRenew: () => false,
  }
}
