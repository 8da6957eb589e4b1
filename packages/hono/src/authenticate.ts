/** Hono middleware that opens a request's AuthRequest, and that refuses requests. */
import { AuthError, type AuthRequest, type InferSession, type RequestOpener } from '@limen/core'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ContextResponse } from './context-response.ts'
import { HonoContext } from './context.ts'

/** What the middleware needs of an `auth` object. */
export interface HonoAuth<AnySession> extends RequestOpener<AnySession> {
  /** Its sessions are of this type. */
  validateSession(token: string): Promise<AnySession>
}

/** An `auth` object, or a function that makes one where bindings come with each request. */
export type AuthSource<AnySession> = HonoAuth<AnySession> | ((c: Context) => HonoAuth<AnySession>)

/** The session of an `auth` object, or of a function that makes one. */
export type SessionOf<Auth> = InferSession<
  Auth extends (...args: never) => infer Made ? Made : Auth
>

/** The variables that `authenticate(auth)` gives a context, for `new Hono<{ Variables: … }>()`. */
export type AuthVariables<Auth> = {
  /** This request's view of its session. */
  auth: AuthRequest<SessionOf<Auth>>
}

/** The variables behind `requireSession(auth)`, where it stands in `app.use()`. */
export type SessionVariables<Auth> = AuthVariables<Auth> & {
  /** The visitor's session. */
  session: SessionOf<Auth>
}

/** Options of `authenticate` and `requireOrigin`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the handler runs, so that a session which is first read inside
   * a streamed body still sends its renewed cookie and its cache headers. An anonymous visitor costs
   * no read. When the store fails, the handler runs all the same. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/**
 * Gives every handler behind it `c.var.auth`, this request's view of its session, and applies its
 * cookie and cache headers to the response: also to one made by an error handler, to one with immutable
 * headers, to a `Response` that the handler made itself, and to one that it threw. Reads the store only
 * when a handler calls `validate()`, unless it is `eager`.
 *
 * The headers are there as soon as a session is found, so a cache that stands inside, such as
 * `hono/cache`, does not store the page; and no middleware outside can make it public again.
 *
 * The response has left when the outermost of `authenticate`, `requireOrigin` and `requireSession` has
 * finished. From then on `setSession()` throws and `validate()` renews nothing, as in a streamed body
 * or after a forgotten `await`. A middleware that sets the session cookie after its own `await next()`
 * must therefore stand inside. An error handler can still set cookies.
 *
 * @param auth The `auth` object, or a function of the context.
 * @param options `eager: true` for pages that first read the session inside a streamed body.
 * @returns The middleware, for `app.use()`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or what is no `auth` object.
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
 * Refuses a request that the CSRF rules do not trust with 403, before any work is done for it: for
 * routes that write something for visitors who are not signed in yet, such as sign-up and sign-in.
 * Works alone, or behind `authenticate(auth)`.
 *
 * @param auth The `auth` object, or the function of the context that `authenticate` was given.
 * @param options `eager: true`, as for `authenticate`.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or what is no `auth` object.
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
 * Lets only signed-in visitors through, and gives the handlers behind it `c.var.session`. Others get
 * 403 when their request comes from an untrusted origin, and otherwise 401, both as Hono's
 * `HTTPException`, which `app.onError` can answer. Works alone, or behind `authenticate(auth)`.
 *
 * It reads the session cookie only. An API client that sends `Authorization: Bearer` gets 401, also
 * where its request has no `Origin`: call `c.var.auth.validateBearerToken()` behind `authenticate`.
 *
 * `c.var.session` is what this middleware found: after `c.var.auth.invalidate()`, call `validate()` again.
 * Hono types it for the handlers of the same route; behind `app.use()`, name `SessionVariables<typeof auth>`.
 *
 * @param auth The `auth` object, or the function of the context that `authenticate` was given.
 * @param otherwise Answers a trusted request without a session instead of the 401: with a redirect to
 * the sign-in page, say.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` for what is no `auth` object, or no function.
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
  check(
    otherwise === undefined || typeof otherwise === 'function',
    'requireSession(): otherwise must be a function of the context',
    otherwise,
  )
  return (c, next) =>
    open(c, async (request) => {
      const { origin } = request
      // No browser sent a bearer token without Origin, so CSRF is not what is wrong with it.
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
  if (!origin.trusted) throw new HTTPException(403, { message: `Forbidden: ${origin.reason}` })
}

function refuseAnonymous(c: Context): never {
  const hint = ': requireSession() reads the session cookie. Use validateBearerToken()'
  throw new HTTPException(401, { message: `Unauthorized${isBearer(c) ? hint : ''}` })
}

function isBearer(c: Context): boolean {
  return /^Bearer /i.test(c.req.header('Authorization') ?? '')
}

/** Returns the function that validates before the handler runs, where that is wanted. */
function early(
  caller: string,
  options: AuthenticateOptions,
): (request: AuthRequest<unknown>) => Promise<unknown> | undefined {
  check(
    typeof options === 'object' && options !== null && !Array.isArray(options),
    `${caller}(): options must be an object`,
    options,
  )
  const { eager = false, ...others } = options
  check(typeof eager === 'boolean', `${caller}(): eager must be true or false`, eager)
  for (const name of Object.keys(others)) check(false, `${caller}(): unknown option`, name)
  // A store that is down fails where the handler calls validate().
  return (request) => (eager ? request.validate().catch(() => {}) : undefined)
}

/** Runs a middleware's own part with the context's AuthRequest. */
type Open<AnySession> = (
  c: Context,
  run: (request: AuthRequest<AnySession>) => Promise<Response | void>,
) => Promise<void>

/** Returns the function that opens the AuthRequest of each context. */
function opener<AnySession>(caller: string, source: AuthSource<AnySession>): Open<AnySession> {
  const wanted = 'what limen() returned, or a function of the context that returns it'
  const checkAuth = (auth: HonoAuth<AnySession>): HonoAuth<AnySession> => {
    check(typeof auth?.openRequest === 'function', `${caller}(): auth must be ${wanted}`, auth)
    return auth
  }
  if (typeof source !== 'function') checkAuth(source)

  return async (c, run) => {
    const contextResponse = ContextResponse.of(c)
    const auth =
      typeof source === 'function'
        ? checkAuth(contextResponse.once(source, () => source(c)))
        : source
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

/** A thrown `Response` answers the request, as in core: Hono itself would reject with it. */
function toResponse(error: unknown): Response {
  if (error instanceof Response) return error
  throw error
}

function check(fits: boolean, message: string, given: unknown): asserts fits {
  if (!fits) throw new AuthError('AUTH_CONFIG', `${message} (got ${show(given)})`)
}

function show(given: unknown): string {
  if (given instanceof Promise) return 'a promise'
  if (typeof given === 'function') return 'a function'
  if (typeof given === 'object' && given !== null) return 'an object'
  return typeof given === 'string' ? `"${given}"` : String(given)
}
