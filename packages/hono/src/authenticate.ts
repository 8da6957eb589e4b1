/** Hono middleware that opens the AuthRequest of a context, and middleware that rejects requests. */
import type { AuthRequest } from '@limen/core'
import { BOOLEAN, type OptionRule, checkCallOptions } from '@limen/core/store-kit'
import type { MiddlewareHandler } from 'hono'
import { ContextResponse } from './context-response.ts'
import { FROM_FORM } from './messages.ts'
import { type AuthSource, type SessionOf, opener } from './opener.ts'
import {
  type Otherwise,
  type TokenSource,
  checkOtherwise,
  findSession,
  refuseAnonymous,
  refuseUntrusted,
  requireFrom,
} from './session-required.ts'

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

/** The variables that `authenticate(auth, { from })` gives a context. */
export type OptionalSessionVariables<Auth> = AuthVariables<Auth> & {
  /** The session of the request, or `null`. */
  session: SessionOf<Auth> | null
}

/** Options of `requireOrigin`. */
export interface EagerOptions {
  /**
   * Validates the session cookie before the handler runs. The renewed cookie and the cache headers are
   * then sent also if the handler first calls `validate()` in a streamed body. A request without a
   * cookie causes no read. If the store fails, the handler still runs. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/** Options of `authenticate`. */
export interface AuthenticateOptions extends EagerOptions {
  /**
   * Where a token can come from. With it, the session is validated before the handler runs, and set as
   * `c.var.session`; if the store fails, the request fails. `requireSession` and `requireRecentSignIn`
   * behind it read the same. Default: `c.var.session` is not set, and the others read the cookie.
   *
   * With `['cookie', 'bearer']`, a request uses one of the two: the header if it has
   * `Authorization: Bearer`, otherwise the cookie. A rejected bearer token does not fall back to the
   * cookie. The CSRF rules apply to the cookie only.
   */
  readonly from?: readonly TokenSource[] | undefined
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
 * @param options `from: ['cookie', 'bearer']` for routes that browsers and API clients share.
 * `eager: true` for pages that first read the session inside a streamed body.
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
  options: AuthenticateOptions & { readonly from: readonly TokenSource[] },
): MiddlewareHandler<{
  Variables: { auth: AuthRequest<AnySession>; session: AnySession | null }
}>
/** Opens the session of each request, by its cookie: see the first signature. */
export function authenticate<AnySession>(
  auth: AuthSource<AnySession>,
  options?: AuthenticateOptions,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }>
export function authenticate<AnySession>(
  auth: AuthSource<AnySession>,
  options?: AuthenticateOptions,
): MiddlewareHandler {
  const open = opener('authenticate', auth)
  const { from, eager } = checkCallOptions('authenticate', options, { eager: BOOLEAN, from: FROM })
  return (c, next) =>
    open(c, async (request) => {
      if (from) {
        ContextResponse.of(c).sources.set(request, from)
        c.set('session', await findSession(c, request))
      } else if (eager) await validateEarly(request)
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
  options?: EagerOptions,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }> {
  const open = opener('requireOrigin', auth)
  const { eager } = checkCallOptions('requireOrigin', options, { eager: BOOLEAN })
  return (c, next) =>
    open(c, async (request) => {
      refuseUntrusted(request)
      if (eager) await validateEarly(request)
      await next()
    })
}

/**
 * Requires a session, and sets `c.var.session`. A request that the CSRF rules reject is answered with
 * 403, and one without a session with 401. Both are Hono's `HTTPException`, which `app.onError` can
 * handle. It works with and without `authenticate(auth)`.
 *
 * By default it reads only the session cookie. An API client that sends `Authorization: Bearer`
 * receives 401, also if its request has no `Origin`: use `requireBearer`, or set `from` of an
 * `authenticate` before it.
 *
 * `c.var.session` does not change: after `c.var.auth.invalidate()`, call `validate()` again. Hono types
 * it for the handlers of the same route; behind `app.use()`, use `SessionVariables<typeof auth>`.
 *
 * @param auth The `auth` object, or the function of the context that is passed to `authenticate`.
 * @param otherwise Answers a trusted request without a session instead of the 401, for example with a
 * redirect to the sign-in page. A request that uses a bearer token gets the 401.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object, or `otherwise` not a function.
 *
 * @example
 * app.get('/me', requireSession(auth), (c) => c.json(c.var.session.user))
 * app.use('/account/*', requireSession(auth, (c) => c.redirect('/sign-in')))
 */
export function requireSession<AnySession>(
  auth: AuthSource<AnySession>,
  otherwise?: Otherwise<AnySession>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession>; session: AnySession } }> {
  const open = opener('requireSession', auth)
  checkOtherwise('requireSession', otherwise)
  return (c, next) =>
    open(c, async (request) => {
      const session = await requireFrom(c, request)
      if (!session) return refuseAnonymous(c, request, otherwise)
      c.set('session', session)
      await next()
      return undefined
    })
}

const FROM: OptionRule = [
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => one === 'cookie' || one === 'bearer'),
  FROM_FORM,
]

/** Validates before the handler runs. When the store fails, the handler's own `validate()` rejects. */
async function validateEarly(request: AuthRequest<unknown>): Promise<void> {
  await request.validate().catch(() => {})
}
