/** The cookie with the token of an administrator who acts as a user. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { IMPERSONATION_MS } from './session-kinds.ts'
import type { Site } from './site.ts'

const NAME = 'admin'
// Longer than the impersonation, so that its administrator can return after its end.
const MAX_AGE = IMPERSONATION_MS / 1000 + 3600

/** Sets, reads and takes the token. */
export const adminCookie = {
  set(c: Context, token: string): void {
    setCookie(c, NAME, token, { prefix: 'host', httpOnly: true, sameSite: 'Lax', maxAge: MAX_AGE })
  },
  has: (c: Context): boolean => getCookie(c, NAME, 'host') !== undefined,
  /** Returns the token and deletes the cookie. */
  take(c: Context): string | undefined {
    const token = getCookie(c, NAME, 'host')
    if (token !== undefined) deleteCookie(c, NAME, { prefix: 'host' })
    return token
  },
}

/** Revokes the session that waits in the cookie: at a sign-out, and when another user signs in. */
export async function endWaitingSession(c: Context, { auth }: Site): Promise<void> {
  const token = adminCookie.take(c)
  if (token === undefined) return
  const options = { token, consistency: 'strong', mayRenew: () => false } as const
  const result = await auth.validateToken(options)
  if (result.valid) await auth.invalidateSession(result.session.sessionId)
}
