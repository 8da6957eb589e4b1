/** One error class, with a short list of stable codes. */

/**
 * What went wrong, as a code that never changes its meaning. `docs/errors/` has a page for each.
 *
 * - `AUTH_CONFIG`: an option can never work; the message names it.
 * - `AUTH_COOKIES_DISABLED`: `setSession()` in `web()` mode, which cannot send cookies.
 * - `AUTH_RESPONSE_SENT`: `setSession()` after the response was sent: its cookie would be lost.
 * - `AUTH_UNTRUSTED_ORIGIN`: `setSession()` on a request that the CSRF rules refuse.
 * - `AUTH_INVALID_SESSION_ID`: the token or id opens no session, or a session has no token.
 * - `AUTH_INVALID_USER_ID`: there is no user with this id, or it cannot be an id.
 * - `AUTH_INVALID_ATTRIBUTES`: JSON cannot carry an attribute exactly; nothing was stored.
 * - `AUTH_DUPLICATE_USER_ID`: there is already a user with this id.
 * - `AUTH_SESSION_LIMIT`: the user has as many sessions as `maxSessionsPerUser` allows; nothing was
 *   stored.
 * - `AUTH_RECORD_TOO_LARGE`: the attributes do not fit into the store; nothing was stored.
 * - `AUTH_STORE_UNAVAILABLE`: the store could not be reached or did not respond: the same call can
 *   succeed later.
 * - `AUTH_STORE_REJECTED`: the engine responded, and responds to the same call the same way: a
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
  | 'AUTH_SESSION_LIMIT'
  | 'AUTH_RECORD_TOO_LARGE'
  | 'AUTH_STORE_UNAVAILABLE'
  | 'AUTH_STORE_REJECTED'

/**
 * Thrown when the application, its configuration or its store is at fault.
 *
 * An AuthRequest answers a visitor's fault with a value (`null`, an {@link OriginResult}), with one
 * exception: `setSession()` on a request that the CSRF rules refuse, which must stop the handler. Calls
 * that take a token or an id of the visitor's, such as `validateSession()`, throw.
 *
 * @example
 * const error = new AuthError('AUTH_CONFIG', 'appStore(): table must be a string (got 5)')
 * error.code
 * // 'AUTH_CONFIG'
 */
export class AuthError extends Error {
  /** Identifies the class, also across copies of this package, where `instanceof` fails. */
  override readonly name = 'AuthError'
  /** Which failure this is. Compare the code, not the message. */
  declare readonly code: AuthErrorCode
  /** 403, on `AUTH_UNTRUSTED_ORIGIN` only: Express, Koa, Fastify and Elysia send it. */
  declare readonly status?: number
  /** The same as `status`, under the name that h3 reads. */
  declare readonly statusCode?: number
  /** Creates the 403 response, on `AUTH_UNTRUSTED_ORIGIN` only: Hono's default error handler calls it. */
  declare readonly getResponse?: () => Response

  /**
   * Creates an error: for stores and adapters.
   *
   * @param code Which failure this is.
   * @param message What could not be done, and what to change. Never a token, secret, hash or cookie value.
   * @param options The `cause`, where another error is the reason.
   */
  constructor(code: AuthErrorCode, message: string = code, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    if (code === 'AUTH_UNTRUSTED_ORIGIN') {
      this.status = this.statusCode = 403
      // The visitor sees the reason, not the hint for the developer that follows it.
      this.getResponse = () => new Response(`Forbidden: ${message.split(':')[0]}`, { status: 403 })
    }
  }
}

/**
 * Checks whether an error is an {@link AuthError}, also of another copy of this package, where
 * `instanceof` fails.
 *
 * @param error The caught value.
 * @returns Whether it is one.
 *
 * @example
 * isAuthError(new AuthError('AUTH_STORE_UNAVAILABLE'))
 * // true
 */
export function isAuthError(error: unknown): error is AuthError {
  return error instanceof Error && error.name === 'AuthError' && 'code' in error
}

/** Throws an {@link AuthError} from an expression. The message comes from `messages.ts`. */
export function fail(code: AuthErrorCode, message: string, options?: ErrorOptions): never {
  throw new AuthError(code, message, options)
}
