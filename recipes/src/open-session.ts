/** Signs a user in, at the end of every recipe. */
import type { Context } from 'hono'
import type { SiteAuth, SiteEnv } from './site.ts'

/**
 * Creates a session with a new token, and revokes the session that this browser had before.
 *
 * @param isStillRight Reads again whether what the user proved with is right. While it was checked, it
 * can have been changed and all sessions revoked; the new session is younger than that.
 * @returns Whether the user is signed in.
 */
export async function openSession(
  c: Context<SiteEnv>,
  auth: SiteAuth,
  userId: string,
  isStillRight?: () => Promise<boolean>,
): Promise<boolean> {
  const before = await c.var.auth.validate()
  const session = await auth.createSession({ userId })
  if (isStillRight && !(await isStillRight())) {
    await auth.invalidateSession(session.sessionId)
    return false
  }
  if (before) await auth.invalidateSession(before.sessionId)
  c.var.auth.setSession(session)
  return true
}
