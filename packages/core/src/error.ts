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
 * const error = new AuthError('AUTH_CONFIG', 'secure cannot be "false"')
 * error.code
 * // 'AUTH_CONFIG'
 */
export class AuthError extends Error {
  /** Tells it from other errors, across copies of this package too. */
  override readonly name = 'AuthError'
  /** Which failure this is: compare this, not the message. */
  declare readonly code: AuthErrorCode
  /**
   * Present on `AUTH_UNTRUSTED_ORIGIN` alone: the 403 that an adapter answers when nobody caught
   * the error. Hono's default error handler looks for a method of this name.
   */
  declare readonly getResponse?: () => Response

  /**
   * Makes one: for stores and adapters.
   *
   * @param code Which failure this is.
   * @param why What the code does not say, as the message. Never holds a token, secret, hash or cookie value.
   * @param options The `cause`, where another error lies underneath.
   */
  constructor(code: AuthErrorCode, why: string = code, options?: ErrorOptions) {
    super(why, options)
    this.code = code
    if (code === 'AUTH_UNTRUSTED_ORIGIN') {
      this.getResponse = () => new Response(`Forbidden: ${why}`, { status: 403 })
    }
  }
}

/** Throws an {@link AuthError}, where an expression is needed. */
export function fail(code: AuthErrorCode, why?: string, options?: ErrorOptions): never {
  throw new AuthError(code, why, options)
}

/**
 * Refuses an option that could never work.
 *
 * @throws {AuthError} `AUTH_CONFIG`, with a message that names the option to change.
 */
export function checkOption(works: unknown, option: string, value: string | number): void {
  if (!works) fail('AUTH_CONFIG', `${option} cannot be "${value}"`)
}
