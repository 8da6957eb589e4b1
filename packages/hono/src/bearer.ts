/** Hono middleware for API clients, which send bearer tokens. */
import type { AuthRequest } from '@limen/core'
import type { MiddlewareHandler } from 'hono'
import { ContextResponse } from './context-response.ts'
import { type AuthSource, opener } from './opener.ts'
import { type TokenSource, findSession, refuseAnonymous } from './session-required.ts'

const BEARER_ONLY: readonly TokenSource[] = ['bearer']

/**
 * Requires a session whose token is in the header `Authorization: Bearer`, and sets `c.var.session`.
 * Another request is answered with 401 and `WWW-Authenticate: Bearer`, which has
 * `error="invalid_token"` only if a token was sent. This is Hono's `HTTPException`, which `app.onError`
 * can handle. It works with and without `authenticate(auth)`.
 *
 * It does not read the session cookie, and no origin is checked: a browser does not send that header by
 * itself. `c.var.auth.setSession()` still checks the origin. Middleware that answers CORS preflights
 * must be registered before this one: a preflight has no token.
 *
 * @param auth The `auth` object, or a function of the context.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750, section 3}
 *
 * @example
 * app.get('/api/me', requireBearer(auth), (c) => c.json(c.var.session.user))
 */
export function requireBearer<AnySession>(
  auth: AuthSource<AnySession>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession>; session: AnySession } }> {
  const open = opener('requireBearer', auth)
  return (c, next) =>
    open(c, async (request) => {
      ContextResponse.of(c).sources.set(request, BEARER_ONLY)
      const session = await findSession(c, request)
      if (!session) return refuseAnonymous(c, request)
      c.set('session', session)
      await next()
      return undefined
    })
}
