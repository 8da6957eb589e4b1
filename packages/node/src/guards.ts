/** Connect middleware that rejects requests: for Express, and for node:http without a framework. */
import { type AuthRequest, isRecentSignIn } from '@limen/core'
import {
  type OptionRule,
  checkCallOptions,
  checkOption,
  hasMethod,
  isCount,
  kindOf,
} from '@limen/core/store-kit'
import {
  AUTH_FORM,
  OTHERWISE_FORM,
  UNAUTHORIZED,
  UNAUTHORIZED_OLD,
  WITHIN_FORM,
  forbidden,
} from './messages.ts'
import type { NodeResponse } from './node-http.ts'

/** The part of an `auth` object that the guards use. Its middleware is `node()` or `express()`. */
export interface NodeAuth<AnySession, Request, Response> {
  /** Opens the AuthRequest of a request. */
  handleRequest(request: NoInfer<Request>, response: NoInfer<Response>): AuthRequest<AnySession>
  /** Returns its time, in milliseconds since the epoch. */
  now(): number
}

/** Continues with the next middleware, or with the error handler. */
export type Next = (error?: unknown) => void

/** Middleware of Connect and Express. */
export type Guard<Request, Response> = (
  request: Request,
  response: Response,
  next: Next,
) => Promise<void>

/** A response whose `locals.session` is set. In Express, the handlers of the same route have its type. */
export type WithSession<Response, AnySession> = Response & {
  readonly locals?: { session: AnySession }
}

/** Answers a trusted request without a session, or without a recent sign-in, in place of the 401. */
export type Otherwise<Request, Response> = (request: Request, response: Response) => unknown

/** Options of `requireRecentSignIn`. */
export interface RequireRecentSignInOptions {
  /** How long ago the sign-in can be, in milliseconds. */
  readonly withinMs: number
}

const WITHIN: OptionRule = [isCount, WITHIN_FORM, true]

/**
 * Answers a request that the CSRF rules reject with 403, before the handler runs. Use it for routes that
 * write something for anonymous visitors, such as sign-up and sign-in: `setSession()` refuses such a
 * request too, but only after the handler has done its work.
 *
 * @param auth The `auth` object, with `middleware: node()` or `express()`.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * app.post('/sign-up', requireOrigin(auth), (req, res) => res.send('Welcome'))
 */
export function requireOrigin<AnySession, Request, Response extends NodeResponse>(
  auth: NodeAuth<AnySession, Request, Response>,
): Guard<Request, Response> {
  return guard('requireOrigin', auth, async () => true)
}

/**
 * Requires a session. A request that the CSRF rules reject is answered with 403, and one without a session
 * with 401. Behind it, `auth.handleRequest(req, res).validate()` returns the session without another
 * read. The session is also `res.locals.session`, which Express types in the handlers of the same route.
 *
 * It reads only the session cookie: a client with a bearer token receives 401.
 *
 * @param auth The `auth` object, with `middleware: node()` or `express()`.
 * @param otherwise Answers a trusted request without a session in place of the 401, for example with a
 * redirect to the sign-in page.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object, or `otherwise` not a function. The
 * middleware passes what `validate()` throws to `next()`.
 *
 * @example
 * app.get('/me', requireSession(auth), (req, res) => res.json(res.locals.session.user))
 * app.use('/account', requireSession(auth, (req, res) => res.redirect('/sign-in')))
 */
export function requireSession<AnySession, Request, Response extends NodeResponse>(
  auth: NodeAuth<AnySession, Request, Response>,
  otherwise?: Otherwise<Request, Response>,
): Guard<Request, WithSession<Response, AnySession>> {
  checkOtherwise('requireSession', otherwise)
  return guard('requireSession', auth, async (authRequest, request, response) => {
    const session = await authRequest.validate()
    if (session) return setLocal(response, session)
    return refuse(request, response, UNAUTHORIZED, otherwise)
  })
}

/**
 * Requires a session whose user signed in a short time ago: for sensitive actions, such as a change of the
 * password. It rejects what `requireSession` rejects. A session that was created earlier is answered with
 * 401, because signing in again helps.
 *
 * @param auth The `auth` object, with `middleware: node()` or `express()`.
 * @param options `withinMs`: how long ago the sign-in can be.
 * @param otherwise Answers a trusted request without a recent sign-in in place of the 401, for example
 * with a redirect.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if an argument does not fit.
 *
 * @example
 * const guard = requireRecentSignIn(auth, { withinMs: 10 * 60_000 })
 * app.post('/password', guard, (req, res) => res.send('Changed'))
 */
export function requireRecentSignIn<
  AnySession extends { readonly createdAt: Date },
  Request,
  Response extends NodeResponse,
>(
  auth: NodeAuth<AnySession, Request, Response>,
  options: RequireRecentSignInOptions,
  otherwise?: Otherwise<Request, Response>,
): Guard<Request, WithSession<Response, AnySession>> {
  const { withinMs } = checkCallOptions('requireRecentSignIn', options ?? {}, { withinMs: WITHIN })
  checkOtherwise('requireRecentSignIn', otherwise)
  return guard('requireRecentSignIn', auth, async (authRequest, request, response) => {
    const session = await authRequest.validate()
    if (!session) return refuse(request, response, UNAUTHORIZED, otherwise)
    const isRecent = isRecentSignIn(session, { withinMs, now: auth.now() })
    if (isRecent) return setLocal(response, session)
    return refuse(request, response, UNAUTHORIZED_OLD, otherwise)
  })
}

/** Creates middleware that continues when `admit` returns true. Otherwise `admit` has responded. */
function guard<AnySession, Request, Response extends NodeResponse>(
  caller: string,
  auth: NodeAuth<AnySession, Request, Response>,
  admit: (
    authRequest: AuthRequest<AnySession>,
    request: Request,
    response: Response,
  ) => Promise<boolean>,
): Guard<Request, Response> {
  checkOption(hasMethod(auth, 'handleRequest'), `${caller}(): auth`, AUTH_FORM, kindOf(auth))
  return async (request, response, next) => {
    let isAdmitted: boolean
    try {
      const authRequest = auth.handleRequest(request, response)
      const { origin } = authRequest
      if (!origin.trusted) return sendText(response, 403, forbidden(origin.reason))
      isAdmitted = await admit(authRequest, request, response)
    } catch (error) {
      return next(error)
    }
    // Not inside the `try`: an error of the next middleware is not ours.
    if (isAdmitted) next()
  }
}

async function refuse<Request, Response extends NodeResponse>(
  request: Request,
  response: Response,
  message: string,
  otherwise: Otherwise<Request, Response> | undefined,
): Promise<false> {
  if (otherwise) await otherwise(request, response)
  else sendText(response, 401, message)
  return false
}

function sendText(response: NodeResponse, status: number, text: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(text)
}

/** Sets `locals.session`. In Express, `locals` belongs to the one response. */
function setLocal(response: object, session: unknown): true {
  const local = response as { locals?: { session?: unknown } }
  local.locals ??= {}
  local.locals.session = session
  return true
}

function checkOtherwise(caller: string, otherwise: unknown): void {
  const isFunction = otherwise === undefined || typeof otherwise === 'function'
  checkOption(isFunction, `${caller}(): otherwise`, OTHERWISE_FORM, kindOf(otherwise))
}
