/** Hono middleware: who is this, and may they come in? */
import type { AuthRequest, InferSession, RequestOpener } from '@limen/core'
import type { Context, Env, Handler, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { contextOf, leave } from './context.ts'

/** What the middleware needs of an `auth` object. */
export interface HonoAuth<AnySession> extends RequestOpener<AnySession> {
  validateSession(token: string): Promise<AnySession>
}

/** An `auth` object, or a function that makes one where bindings come with each request. */
export type AuthSource<AnySession, AnyEnv extends Env = Env> =
  | HonoAuth<AnySession>
  | ((c: Context<AnyEnv>) => HonoAuth<AnySession>)

/** The variables that `authenticate(auth)` gives a context, for `new Hono<{ Variables: … }>()`. */
export type AuthVariables<Auth> = {
  /** This request's view of its session. */
  auth: AuthRequest<InferSession<Auth extends (...args: never) => infer Made ? Made : Auth>>
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
export function authenticate<AnySession, AnyEnv extends Env = Env>(
  auth: AuthSource<AnySession, AnyEnv>,
): MiddlewareHandler<AnyEnv & { Variables: { auth: AuthRequest<AnySession> } }> {
  return (c, next) =>
    opened(c, auth, async () => {
      await next()
    })
}

/**
 * Lets only signed-in visitors through, and gives the handlers behind it `c.var.session`. Others get
 * 403 when their request comes from an untrusted origin, and otherwise 401, both as Hono's
 * `HTTPException`, so that `app.onError` can dress them. Works alone, or behind `authenticate(auth)`.
 *
 * @param auth The `auth` object, or the function of the context that `authenticate` was given.
 * @param otherwise Answers instead of the 401: a redirect to the sign-in page, say.
 * @returns The middleware, for `app.use()` or a single route.
 *
 * @example
 * app.get('/me', requireSession(auth), (c) => c.json(c.var.session.user))
 * app.use('/account/*', requireSession(auth, (c) => c.redirect('/sign-in')))
 */
export function requireSession<AnySession, AnyEnv extends Env = Env>(
  auth: AuthSource<AnySession, AnyEnv>,
  otherwise?: Handler<AnyEnv & { Variables: { auth: AuthRequest<AnySession> } }>,
): MiddlewareHandler<
  AnyEnv & { Variables: { auth: AuthRequest<AnySession>; session: AnySession } }
> {
  return (c, next) =>
    opened(c, auth, async (request) => {
      const session = await request.validate()
      if (session) {
        c.set('session', session)
        await next()
        return
      }
      if (!request.origin.trusted) {
        throw new HTTPException(403, { message: `Forbidden: ${request.origin.reason}` })
      }
      if (!otherwise) throw new HTTPException(401, { message: 'Unauthorized' })
      return otherwise(c as Context, next)
    })
}

async function opened<AnySession, AnyEnv extends Env>(
  c: Context,
  source: AuthSource<AnySession, AnyEnv>,
  run: (request: AuthRequest<AnySession>) => Promise<Response | void>,
): Promise<void> {
  const all: Opened = c.get(OPENED) ?? new Map()
  c.set(OPENED, all)
  const outer: unknown = c.get('auth')
  const already = all.get(source) as AuthRequest<AnySession> | undefined
  const auth = typeof source === 'function' ? source : () => source
  const request = already ?? auth(c).openRequest(contextOf(c, () => {}))
  all.set(source, request)
  c.set('auth', request)
  try {
    const response = await run(request)
    if (response) c.res = response
  } finally {
    // Also after an error: what the error handler makes is built on this context's headers.
    if (!already) leave(c, request)
    if (outer) c.set('auth', outer)
  }
}
