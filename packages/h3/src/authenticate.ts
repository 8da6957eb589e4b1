/** h3 middleware that applies cookies and cache headers, and middleware that rejects requests. */
import type { AuthRequest, RequestOpener } from '@limen/core'
import { type OptionRule, checkCallOptions } from '@limen/core/store-kit'
import { type H3Event, HTTPError, type Middleware } from 'h3'
import { checkAuth, getAuth } from './context.ts'
import { EventResponse } from './event-response.ts'
import { EAGER_FORM, UNAUTHORIZED, forbidden } from './messages.ts'

/** Options of `authenticate`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the handler runs. The renewed cookie and the cache headers are
   * then sent also if the handler first calls `validate()` in a streamed body, as SolidStart does. A
   * request without a cookie causes no read. If the store fails, the handler still runs. A function
   * chooses for each event, so that public pages stay cacheable. Default `false`.
   */
  readonly eager?: boolean | ((event: H3Event) => boolean) | undefined
}

/**
 * Applies the cookie and cache headers of {@link getAuth} to the response of each event: to a returned
 * value, a `Response`, a redirect, a stream and an error. The store is read only when a handler calls
 * `validate()`, unless `eager` is set.
 *
 * Register it first. The response counts as sent when the outermost of `authenticate`, `requireOrigin`
 * and `requireSession` has finished: from then on, `setSession()` throws and `validate()` does not renew.
 *
 * In Nitro, use the plugin of `@limen/h3/nitro` instead, which also covers error pages and `routeRules`.
 *
 * @param auth The `auth` object.
 * @param options `eager` for pages that first read the session inside a streamed body.
 * @returns The middleware, for `app.use()`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * app.use(authenticate(auth))
 */
export function authenticate<AnySession>(
  auth: RequestOpener<AnySession>,
  options?: AuthenticateOptions,
): Middleware {
  checkAuth('authenticate', auth)
  const { eager } = checkCallOptions('authenticate', options, { eager: EAGER })
  return (event, next) =>
    run(auth, event, next, async (request) => {
      // When the store fails, the handler's own validate() rejects.
      const isEager = typeof eager === 'function' ? eager(event) : eager
      if (isEager) await request.validate().catch(() => {})
    })
}

/**
 * Requires a session. A request that the CSRF rules reject is answered with 403, and one without a
 * session with 401. Both are h3's `HTTPError`.
 *
 * @param auth The `auth` object.
 * @returns The middleware, for `app.use()` or a single route. It works with and without `authenticate`.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * app.use('/account/**', requireSession(auth))
 */
export function requireSession<AnySession>(auth: RequestOpener<AnySession>): Middleware
/**
 * Returns the session of an event, or throws h3's `HTTPError`: 403 if the CSRF rules reject the request,
 * 401 if it has no session.
 *
 * @param auth The `auth` object.
 * @param event The event.
 * @returns The session.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object; `AUTH_STORE_UNAVAILABLE` when the
 * store could not be read.
 *
 * @example
 * app.get('/me', async (event) => {
 *   const session = await requireSession(auth, event)
 *   return session.user
 * })
 */
export function requireSession<AnySession>(
  auth: RequestOpener<AnySession>,
  event: H3Event,
): Promise<AnySession>
export function requireSession<AnySession>(
  auth: RequestOpener<AnySession>,
  given?: H3Event,
): Middleware | Promise<AnySession> {
  checkAuth('requireSession', auth)
  return given
    ? findSession(getAuth(auth, given))
    : (event, next) => run(auth, event, next, findSession)
}

/**
 * Answers a request that the CSRF rules reject with 403, before the handler runs. Use it for routes that
 * write something for anonymous visitors, such as sign-up and sign-in: `setSession()` refuses an
 * untrusted request too, but only after the handler has done its work.
 *
 * @param auth The `auth` object.
 * @returns The middleware, for `app.use()` or a single route. It works with and without `authenticate`.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * app.post('/sign-up', () => 'Welcome', { middleware: [requireOrigin(auth)] })
 */
export function requireOrigin<AnySession>(auth: RequestOpener<AnySession>): Middleware {
  checkAuth('requireOrigin', auth)
  return (event, next) => run(auth, event, next, refuseUntrusted)
}

const EAGER: OptionRule = [
  (value) => typeof value === 'boolean' || typeof value === 'function',
  EAGER_FORM,
]

/** Runs what is inside a middleware of this package, and applies the AuthRequest to its response. */
async function run<AnySession>(
  auth: RequestOpener<AnySession>,
  event: H3Event,
  next: () => unknown,
  before: (request: AuthRequest<AnySession>) => unknown,
): Promise<unknown> {
  const response = EventResponse.of(event)
  const request = getAuth(auth, event)
  response.enter()
  let hasFailed = true
  try {
    await before(request)
    const applied = await response.apply(await thrownResponse(next))
    hasFailed = false
    return applied
  } catch (error) {
    response.stageAll()
    throw error
  } finally {
    response.exit(hasFailed)
  }
}

/** A thrown `Response` is the response, as in core. h3 itself would answer 500. */
async function thrownResponse(next: () => unknown): Promise<unknown> {
  try {
    return await next()
  } catch (error) {
    if (error instanceof Response) return error
    throw error
  }
}

function refuseUntrusted({ origin }: AuthRequest<unknown>): void {
  if (!origin.trusted) throw new HTTPError({ status: 403, message: forbidden(origin.reason) })
}

async function findSession<AnySession>(request: AuthRequest<AnySession>): Promise<AnySession> {
  refuseUntrusted(request)
  const session = await request.validate()
  if (!session) throw new HTTPError({ status: 401, message: UNAUTHORIZED })
  return session
}
