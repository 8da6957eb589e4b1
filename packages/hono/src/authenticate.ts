/** Hono middleware that opens the AuthRequest of a context, and middleware that rejects requests. */
import type { AuthRequest, InferSession, RequestOpener } from '@limen/core'
import { BOOLEAN, checkCallOptions, checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ContextResponse } from './context-response.ts'
import { HonoContext } from './context.ts'
import {
  AUTH_FORM,
  OTHERWISE_FORM,
  UNAUTHORIZED,
  UNAUTHORIZED_BEARER,
  forbidden,
} from './messages.ts'

/** The part of an `auth` object that the middleware uses. */
export interface HonoAuth<AnySession> extends RequestOpener<AnySession> {
  /** Determines the type of its sessions. */
  validateSession(token: string): Promise<AnySession>
}

/** An `auth` object, or a function that creates one from the bindings of a request. */
export type AuthSource<AnySession> = HonoAuth<AnySession> | ((c: Context) => HonoAuth<AnySession>)

/** The session type of an `auth` object, or of a function that creates one. */
export type SessionOf<Auth> = InferSession<
  Auth extends (...args: never) => infer Made ? Made : Auth
>

/** The variables that `authenticate(auth)` gives a context, for `new Hono<{ Variables: … }>()`. */
export type AuthVariables<Auth> = {
  /** The AuthRequest of this request. */
  auth: AuthRequest<SessionOf<Auth>>
}

/** The variables of handlers behind `app.use(requireSession(auth))`. */
export type SessionVariables<Auth> = AuthVariables<Auth> & {
  /** The session of the request. */
  session: SessionOf<Auth>
}

/** Options of `authenticate` and `requireOrigin`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the handler runs. The renewed cookie and the cache headers are
   * then sent also if the handler first calls `validate()` in a streamed body. A request without a
   * cookie causes no read. If the store fails, the handler still runs. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/**
 * Sets `c.var.auth`, the AuthRequest of the request, and applies its cookie and cache headers to the
 * response: also to the response of an error handler, to one with immutable headers, to a `Response`
 * that the handler created, and to one that it threw. The store is read only when a handler calls
 * `validate()`, unless `eager` is set.
 *
 * The headers are set as soon as a session is found. A cache between this middleware and the handler,
 * such as `hono/cache`, therefore does not store the page, and middleware outside cannot make it public.
 *
 * The response counts as sent when the outermost of `authenticate`, `requireOrigin` and
 * `requireSession` has finished. After that, for example in a streamed body or after a missing `await`,
 * `setSession()` throws and `validate()` does not renew. Middleware that sets the session cookie after
 * its own `await next()` must therefore be registered after this one. An error handler can still set
 * cookies.
 *
 * @param auth The `auth` object, or a function of the context.
 * @param options `eager: true` for pages that first read the session inside a streamed body.
 * @returns The middleware, for `app.use()`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * app.use(authenticate(auth))
 * app.get('/', async (c) => {
 *   const session = await c.var.auth.validate()
 *   return c.text(session ? `Hello ${session.user.userId}` : 'Please sign in')
 * })
 */
export function authenticate<AnySession>(
  auth: AuthSource<AnySession>,
  options: AuthenticateOptions = {},
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }> {
  const open = opener('authenticate', auth)
  const validateEarly = early('authenticate', options)
  return (c, next) =>
    open(c, async (request) => {
      await validateEarly(request)
      await next()
    })
}

/**
 * Answers a request that the CSRF rules reject with 403, before the handler runs. Use it for routes that
 * write something for anonymous visitors, such as sign-up and sign-in. It works with and without
 * `authenticate(auth)`.
 *
 * @param auth The `auth` object, or the function of the context that is passed to `authenticate`.
 * @param options `eager: true`, as for `authenticate`.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * app.post('/sign-up', requireOrigin(auth), (c) => c.text('Welcome'))
 */
export function requireOrigin<AnySession>(
  auth: AuthSource<AnySession>,
  options: AuthenticateOptions = {},
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }> {
  const open = opener('requireOrigin', auth)
  const validateEarly = early('requireOrigin', options)
  return (c, next) =>
    open(c, async (request) => {
      refuseUntrusted(request)
      await validateEarly(request)
      await next()
    })
}

/**
 * Requires a session, and sets `c.var.session`. A request that the CSRF rules reject is answered with
 * 403, and one without a session with 401. Both are Hono's `HTTPException`, which `app.onError` can
 * handle. It works with and without `authenticate(auth)`.
 *
 * It reads only the session cookie. An API client that sends `Authorization: Bearer` receives 401, also
 * if its request has no `Origin`: call `c.var.auth.validateBearerToken()` behind `authenticate`.
 *
 * `c.var.session` does not change: after `c.var.auth.invalidate()`, call `validate()` again. Hono types
 * it for the handlers of the same route; behind `app.use()`, use `SessionVariables<typeof auth>`.
 *
 * @param auth The `auth` object, or the function of the context that is passed to `authenticate`.
 * @param otherwise Answers a trusted request without a session instead of the 401, for example with a
 * redirect to the sign-in page.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object, or `otherwise` not a function.
 *
 * @example
 * app.get('/me', requireSession(auth), (c) => c.json(c.var.session.user))
 * app.use('/account/*', requireSession(auth, (c) => c.redirect('/sign-in')))
 */
export function requireSession<AnySession>(
  auth: AuthSource<AnySession>,
  otherwise?: (
    c: Context<{ Bindings: Context['env']; Variables: { auth: AuthRequest<AnySession> } }>,
  ) => Response | Promise<Response>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession>; session: AnySession } }> {
  const open = opener('requireSession', auth)
  const isFunction = otherwise === undefined || typeof otherwise === 'function'
  checkOption(isFunction, 'requireSession(): otherwise', OTHERWISE_FORM, kindOf(otherwise))
  return (c, next) =>
    open(c, async (request) => {
      const { origin } = request
      // Browsers send Origin with such a request, so this client is not one, and CSRF is not the reason.
      if (!origin.trusted && origin.reason === 'origin-missing' && isBearer(c)) refuseAnonymous(c)
      refuseUntrusted(request)
      const session = await request.validate()
      if (session) {
        c.set('session', session)
        await next()
        return
      }
      if (!otherwise) refuseAnonymous(c)
      return otherwise(c as Context)
    })
}

function refuseUntrusted({ origin }: AuthRequest<unknown>): void {
  if (!origin.trusted) throw new HTTPException(403, { message: forbidden(origin.reason) })
}

function refuseAnonymous(c: Context): never {
  throw new HTTPException(401, { message: isBearer(c) ? UNAUTHORIZED_BEARER : UNAUTHORIZED })
}

function isBearer(c: Context): boolean {
  return /^Bearer /i.test(c.req.header('Authorization') ?? '')
}

/** Returns the function that validates before the handler runs, if `eager` is set. */
function early(
  caller: string,
  options: AuthenticateOptions,
): (request: AuthRequest<unknown>) => Promise<unknown> | undefined {
  checkCallOptions(caller, options, { eager: BOOLEAN })
  // If the store is unavailable, the handler's own validate() rejects.
  return (request) => (options.eager ? request.validate().catch(() => {}) : undefined)
}

/** Runs the part of a middleware that needs the AuthRequest of the context. */
type Open<AnySession> = (
  c: Context,
  run: (request: AuthRequest<AnySession>) => Promise<Response | void>,
) => Promise<void>

/** Returns the function that opens the AuthRequest of each context. */
function opener<AnySession>(caller: string, source: AuthSource<AnySession>): Open<AnySession> {
  const checked = (auth: HonoAuth<AnySession>): HonoAuth<AnySession> => {
    checkOption(hasMethod(auth, 'openRequest'), `${caller}(): auth`, AUTH_FORM, kindOf(auth))
    return auth
  }
  if (typeof source !== 'function') checked(source)

  return async (c, run) => {
    const contextResponse = ContextResponse.of(c)
    const auth =
      typeof source === 'function' ? checked(contextResponse.once(source, () => source(c))) : source
    const outer: unknown = c.get('auth')
    const request = auth.openRequest(new HonoContext(c, contextResponse))
    contextResponse.add(request)
    c.set('auth', request)
    contextResponse.enter()
    let hasFailed = false
    try {
      const response = await run(request).catch(toResponse)
      if (response) c.res = response
    } catch (error) {
      hasFailed = true
      throw error
    } finally {
      contextResponse.exit(hasFailed)
      if (outer) c.set('auth', outer)
    }
  }
}

/** A thrown `Response` is the response, as in core. Hono itself would reject with it. */
function toResponse(error: unknown): Response {
  if (error instanceof Response) return error
  throw error
}
