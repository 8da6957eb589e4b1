/** Hono middleware: who is this, and may they come in? */
import type { AuthRequest, InferSession, RequestOpener } from '@limen/core'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { HonoContext, leave } from './context.ts'

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

/** The AuthRequests of one context, by what they were opened with: an app may have two `auth` objects. */
type Opened = Map<unknown, unknown>

const OPENED = 'limen:opened'

/**
 * Gives every handler behind it `c.var.auth`, this request's view of its session, and puts what it
 * leaves behind on the response: also on one made by an error handler, one with immutable headers,
 * and one that the handler made itself. Asks the store nothing by itself.
 *
 * @param auth The `auth` object, or a function of the context.
 * @returns The middleware, for `app.use()`.
 *
 * @example
 * app.use(authenticate(auth))
 * app.get('/', async (c) => {
 *   const session = await c.var.auth.validate()
 *   return c.text(session ? `Hello ${session.user.userId}` : 'Hello stranger')
 * })
 */
export function authenticate<AnySession>(
  auth: AuthSource<AnySession>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }> {
  return (c, next) =>
    opened(c, auth, async () => {
      await next()
    })
}

/**
 * Refuses a request that the CSRF rules do not trust with 403, before any work is done for it: for
 * routes that write something for visitors who are not signed in yet, such as sign-up and sign-in.
 * Works alone, or behind `authenticate(auth)`.
 *
 * @param auth The `auth` object, or the function of the context that `authenticate` was given.
 * @returns The middleware, for `app.use()` or a single route.
 *
 * @example
 * app.post('/sign-up', requireOrigin(auth), (c) => c.text('Welcome'))
 */
export function requireOrigin<AnySession>(
  auth: AuthSource<AnySession>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession> } }> {
  return (c, next) =>
    opened(c, auth, async (request) => {
      refuseUntrusted(request)
      await next()
    })
}

/**
 * Lets only signed-in visitors through, and gives the handlers behind it `c.var.session`. Others get
 * 403 when their request comes from an untrusted origin, and otherwise 401, both as Hono's
 * `HTTPException`, so that `app.onError` can dress them. Works alone, or behind `authenticate(auth)`.
 *
 * `c.var.session` is what this middleware found: after `c.var.auth.invalidate()`, ask `validate()` again.
 * Hono types it for the handlers of the same route; behind `app.use()`, name `SessionVariables<typeof auth>`.
 *
 * @param auth The `auth` object, or the function of the context that `authenticate` was given.
 * @param otherwise Answers instead of the 401: a redirect to the sign-in page, say.
 * @returns The middleware, for `app.use()` or a single route.
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
  return (c, next) =>
    opened(c, auth, async (request) => {
      refuseUntrusted(request)
      const session = await request.validate()
      if (session) {
        c.set('session', session)
        await next()
        return
      }
      if (!otherwise) throw new HTTPException(401, { message: 'Unauthorized' })
      return otherwise(c as Context)
    })
}

function refuseUntrusted({ origin }: AuthRequest<unknown>): void {
  if (!origin.trusted) throw new HTTPException(403, { message: `Forbidden: ${origin.reason}` })
}

async function opened<AnySession>(
  c: Context,
  source: AuthSource<AnySession>,
  run: (request: AuthRequest<AnySession>) => Promise<Response | void>,
): Promise<void> {
  const all: Opened = c.get(OPENED) ?? new Map()
  c.set(OPENED, all)
  const outer: unknown = c.get('auth')
  const already = all.get(source) as AuthRequest<AnySession> | undefined
  const auth = typeof source === 'function' ? source : () => source
  let hasLeft = false
  // An error handler may still speak, after everything that stands in front of it.
  const sink = () => hasLeft && leave(c, request)
  const request = already ?? auth(c).openRequest(new HonoContext(c, sink))
  all.set(source, request)
  c.set('auth', request)
  try {
    const response = await run(request)
    if (response) c.res = response
  } finally {
    // Also after an error: what the error handler makes is built on this context's headers.
    if (!already) leave(c, request)
    hasLeft = true
    if (outer) c.set('auth', outer)
  }
}
