/** Hono middleware for sensitive actions, which require a recent sign-in. */
import { type AuthRequest, isRecentSignIn } from '@limen/core'
import { type OptionRule, checkCallOptions, isCount } from '@limen/core/store-kit'
import type { Context, MiddlewareHandler } from 'hono'
import { UNAUTHORIZED_OLD, WITHIN_FORM } from './messages.ts'
import { type AuthSource, opener } from './opener.ts'
import {
  type Otherwise,
  checkOtherwise,
  refuseAnonymous,
  requireFrom,
  unauthorized,
  usesBearer,
} from './session-required.ts'

/** Options of `requireRecentSignIn`. */
export interface RequireRecentSignInOptions {
  /** How long ago the sign-in can be, in milliseconds. */
  readonly withinMs: number
}

/**
 * Creates the response to a trusted request without a recent sign-in, in place of the 401.
 * `c.var.session` is the session whose sign-in is too old; without a session there is none.
 */
export type WithoutRecentSignIn<AnySession> = (
  c: Context<{
    Bindings: Context['env']
    Variables: { auth: AuthRequest<AnySession>; session?: AnySession | null }
  }>,
) => Response | Promise<Response>

const WITHIN: OptionRule = [isCount, WITHIN_FORM, true]

/**
 * Requires a session whose user signed in a short time ago, and sets `c.var.session`: for sensitive
 * actions, such as a change of the password. It rejects what `requireSession` rejects. A session that was
 * created earlier is answered with 401, because signing in again helps. With a bearer token, the
 * challenge is the one of RFC 9470. It works with and without other middleware of this package, and
 * behind `requireBearer` reads the bearer token.
 *
 * @param auth The `auth` object, or a function of the context.
 * @param options `withinMs`: how long ago the sign-in can be.
 * @param otherwise Answers a trusted request without a recent sign-in in place of the 401, for example
 * with a redirect. `c.var.session` is the session whose sign-in is too old, if there is one. A request
 * that uses a bearer token gets the 401.
 * @returns The middleware, for `app.use()` or a single route.
 * @throws {AuthError} `AUTH_CONFIG` if an argument does not fit.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9470 RFC 9470}
 *
 * @example
 * const guard = requireRecentSignIn(auth, { withinMs: 10 * 60_000 })
 * app.post('/password', guard, (c) => c.text('Changed'))
 */
export function requireRecentSignIn<AnySession extends { readonly createdAt: Date }>(
  auth: AuthSource<AnySession>,
  options: RequireRecentSignInOptions,
  otherwise?: WithoutRecentSignIn<AnySession>,
): MiddlewareHandler<{ Variables: { auth: AuthRequest<AnySession>; session: AnySession } }> {
  const open = opener('requireRecentSignIn', auth)
  const { withinMs } = checkCallOptions('requireRecentSignIn', options ?? {}, { withinMs: WITHIN })
  checkOtherwise('requireRecentSignIn', otherwise)
  return (c, next) =>
    open(c, async (request, checked) => {
      const session = await requireFrom(c, request)
      if (!session) return refuseAnonymous(c, request, otherwise as Otherwise<AnySession>)
      c.set('session', session)
      if (isRecentSignIn(session, { withinMs, now: checked.now() })) {
        await next()
        return undefined
      }
      if (usesBearer(c, request)) {
        const maxAge = Math.floor(withinMs / 1000)
        const parameters = `, error="insufficient_user_authentication", max_age="${maxAge}"`
        return unauthorized(c, UNAUTHORIZED_OLD, parameters)
      }
      return otherwise ? otherwise(c as Context) : unauthorized(c, UNAUTHORIZED_OLD)
    })
}
