/** One error class, with a short list of codes that stay. */

/**
 * What went wrong, as a code that never changes its meaning.
 *
 * - `AUTH_CONFIG`: an option can never work; the message names it.
 * - `AUTH_COOKIES_DISABLED`: `setSession()` in `web()` mode, which cannot send cookies.
 * - `AUTH_RESPONSE_SENT`: `setSession()` after the response has left: its cookie would be lost.
 * - `AUTH_UNTRUSTED_ORIGIN`: `setSession()` on a request that the CSRF rules refuse.
 * - `AUTH_INVALID_SESSION_ID`: the token or id opens no session, or a session has no token.
 * - `AUTH_INVALID_USER_ID`: there is no such user.
 * - `AUTH_INVALID_ATTRIBUTES`: an attribute that JSON cannot carry exactly; nothing was stored.
 * - `AUTH_DUPLICATE_USER_ID`: the user id is taken.
 * - `AUTH_RECORD_TOO_LARGE`: the attributes do not fit into the store; nothing was stored.
 * - `AUTH_STORE_UNAVAILABLE`: the store could not be reached or did not answer: the same call may
 *   succeed later.
 * - `AUTH_STORE_REJECTED`: the engine answered, and will answer the same call the same way: a
 *   missing table, a constraint, a value of the wrong type.
 */
export type AuthErrorCode =
  | 'AUTH_CONFIG'
  | 'AUTH_COOKIES_DISABLED'
  | 'AUTH_RESPONSE_SENT'
  | 'AUTH_UNTRUSTED_ORIGIN'
  | 'AUTH_INVALID_SESSION_ID'
  | 'AUTH_INVALID_USER_ID'
  | 'AUTH_INVALID_ATTRIBUTES'
  | 'AUTH_DUPLICATE_USER_ID'
  | 'AUTH_RECORD_TOO_LARGE'
  | 'AUTH_STORE_UNAVAILABLE'
  | 'AUTH_STORE_REJECTED'

/**
 * Thrown when the application, its configuration or its store is at fault.
 *
 * A visitor's fault is a value (`null`, a verdict) with one exception: `setSession()` on a request
 * that the CSRF rules refuse, which must stop the handler.
 *
 * @example
 * const error = new AuthError('AUTH_CONFIG', 'secure must be true or false (got "false")')
 * error.code
 * // 'AUTH_CONFIG'
 */
export class AuthError extends Error {
  /** Tells it from other errors, also across copies of this package: do not use `instanceof`. */
  override readonly name = 'AuthError'
  /** Which failure this is: compare this, not the message. */
  declare readonly code: AuthErrorCode
  /** 403 on `AUTH_UNTRUSTED_ORIGIN` alone: Express, Koa, Fastify and Elysia answer with it. */
  declare readonly status?: number
  /** The same as `status`, under the name that h3 reads. */
  declare readonly statusCode?: number
  /** On `AUTH_UNTRUSTED_ORIGIN` alone: the 403 response. Hono's default error handler calls it. */
  declare readonly getResponse?: () => Response

  /**
   * Creates an error: for stores and adapters.
   *
   * @param code Which failure this is.
   * @param message What could not be done, and what to change. Never holds a token, secret, hash or cookie value.
   * @param options The `cause`, where there is another error underneath.
   */
  constructor(code: AuthErrorCode, message: string = code, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    if (code === 'AUTH_UNTRUSTED_ORIGIN') {
      this.status = this.statusCode = 403
      // The visitor sees the reason, and not the hint for the developer behind it.
      this.getResponse = () => new Response(`Forbidden: ${message.split(':')[0]}`, { status: 403 })
    }
  }
}

/**
 * Whether an error is an {@link AuthError}, also one of another copy of this package, where
 * `instanceof` fails.
 *
 * @param error What was caught.
 *
 * @example
 * isAuthError(new AuthError('AUTH_STORE_UNAVAILABLE'))
 * // true
 */
export function isAuthError(error: unknown): error is AuthError {
  return error instanceof Error && error.name === 'AuthError' && 'code' in error
}

/** Throws an {@link AuthError}, where an expression is needed. */
export function fail(code: AuthErrorCode, message: string, options?: ErrorOptions): never {
  throw new AuthError(code, message, options)
}
