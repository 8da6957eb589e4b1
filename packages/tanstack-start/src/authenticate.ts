/** Opens the AuthRequest of a request, in a request middleware. */
import {
  AuthError,
  type AuthRequest,
  type CookieContext,
  type PendingResponse,
  type RequestOpener,
  respond,
} from '@limen/core'
import {
  BOOLEAN,
  FUNCTION,
  checkCallOptions,
  checkOption,
  hasMethod,
  kindOf,
} from '@limen/core/store-kit'
import { AUTH_FORM, NO_RESPONSE } from './messages.ts'

/** The part of the result of a request middleware that Limen uses. */
export interface MiddlewareResult {
  /** The response. There is none around a server function, whatever its type says. */
  readonly response: Response
}

/** Options of `authenticate()`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the loaders run, so that the response gets the renewed cookie
   * and the cache headers of a session that is first read by a deferred promise. An anonymous visitor
   * costs no read. When the store fails, the loaders still run. Default `false`.
   */
  readonly eager?: boolean | undefined
  /**
   * Receives the write that renews an idle session, such as `waitUntil` of `cloudflare:workers`.
   * Default: `validate()` awaits it.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/**
 * Opens the AuthRequest of a request, and adds its session cookie and its cache headers to the response.
 * Call it in a middleware that is in `requestMiddleware` of `src/start.ts`. List the
 * same middleware in a server function to type its context there: it opens nothing again.
 *
 * Start removes the callback of `createMiddleware().server()` from the client bundle, and with it
 * the import of your `auth` object. So this is a function to call there, and not a middleware.
 *
 * @param auth The `auth` object.
 * @param request The request of the middleware.
 * @param run Calls `next` with the AuthRequest in the context.
 * @param options `eager` and `waitUntil`.
 * @returns The result of `run`, with the cookie and the headers on its response.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, if `auth` is not what `limen()` returned, and
 * where the middleware is only in a server function, which has no response.
 *
 * @example
 * const authMiddleware = createMiddleware().server(({ request, next }) =>
 *   authenticate(auth, request, (authRequest) => next({ context: { auth: authRequest } })),
 * )
 */
export async function authenticate<AnySession, Result extends MiddlewareResult>(
  auth: RequestOpener<AnySession>,
  request: Request,
  run: (authRequest: AuthRequest<AnySession>) => Result | Promise<Result>,
  options?: AuthenticateOptions,
): Promise<Result> {
  checkOption(hasMethod(auth, 'openRequest'), 'authenticate(): auth', AUTH_FORM, kindOf(auth))
  const { eager, waitUntil } = checkCallOptions('authenticate', options, {
    eager: BOOLEAN,
    waitUntil: FUNCTION,
  })
  let isOutermost = false
  const context: { -readonly [Name in keyof CookieContext]: CookieContext[Name] } = {
    request,
    key: request,
    waitUntil,
    refuse,
    setCookie() {},
    onOpen: () => (isOutermost = true),
  }
  const authRequest = auth.openRequest(context)
  try {
    if (eager) await authRequest.validate().catch(() => {})
    const result = await run(authRequest)
    const response = result.response as Response | undefined
    if (!response && isOutermost) throw new AuthError('AUTH_CONFIG', NO_RESPONSE)
    if (!response) return result
    return { ...result, response: withHeaders(response, authRequest) }
  } finally {
    // The response is sent now: a later cookie would be lost without an error.
    context.setCookie = undefined
  }
}

/** Start answers a thrown `Response`, also in a server function, where an error would become a 200. */
function refuse(error: AuthError): never {
  throw error.getResponse!()
}

/** Start resolves the location of a redirect later, from its property `options`. */
function withHeaders(response: Response, pending: PendingResponse): Response {
  const answer = respond(response, pending)
  if (answer === response || !('options' in response)) return answer
  return Object.assign(answer, { options: response.options })
}
