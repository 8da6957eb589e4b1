/** One error class, with a short list of codes that stay. */

/** What went wrong, as a code that never changes its meaning. */
export type AuthErrorCode =
  | 'AUTH_CONFIG'
  | 'AUTH_COOKIES_DISABLED'
  | 'AUTH_UNTRUSTED_ORIGIN'
  | 'AUTH_INVALID_SESSION_ID'
  | 'AUTH_INVALID_USER_ID'
  | 'AUTH_DUPLICATE_USER_ID'
  | 'AUTH_RECORD_TOO_LARGE'
  | 'AUTH_STORE_UNAVAILABLE'

/**
 * Thrown when the application, its configuration or its store is at fault.
 *
 * A visitor's fault is a value (`null`, a verdict) with one exception: `setSession()` on a request
 * that the CSRF rules refuse, which must stop the handler.
 *
 * @example
 * const error = new AuthError('AUTH_CONFIG', 'secure must be true for a __Host- cookie')
 * error.code
 * // 'AUTH_CONFIG'
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  /** Which failure this is: compare this, not the message. */
  readonly code: AuthErrorCode
  /**
   * Present on `AUTH_UNTRUSTED_ORIGIN` alone: the 403 that an adapter answers when nobody caught
   * the error. Hono's default error handler looks for a method of this name.
   */
  declare readonly getResponse?: () => Response

  /**
   * @param code Which failure this is.
   * @param message What could not be done, then why. Never holds a token, secret, hash or cookie.
   * @param options The `cause`, where another error lies underneath.
   */
  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    if (code === 'AUTH_UNTRUSTED_ORIGIN') {
      this.getResponse = () => new Response('Forbidden: untrusted origin', { status: 403 })
    }
  }
}

/** Throws an {@link AuthError}, where an expression is needed. */
export function fail(code: AuthErrorCode, message: string, options?: ErrorOptions): never {
  throw new AuthError(code, message, options)
}

/** Refuses a configuration that could never work. @throws {AuthError} `AUTH_CONFIG` */
export function checkConfig(works: unknown, message: string): void {
  if (!works) fail('AUTH_CONFIG', message)
}
