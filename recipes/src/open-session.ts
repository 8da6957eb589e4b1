/** Signs a user in, at the end of every recipe. */
import type { Context } from 'hono'
import type { Site, SiteEnv } from './site.ts'
import { pendingSignIns } from './totp-pending.ts'

/** Who signs in, and how. */
export interface SignIn {
  readonly userId: string
  /** The page to open: what `nextPage()` returned. */
  readonly next: string
  /** Whether the user has proven two factors. Without it, the second one is asked for. */
  readonly isMultiFactor?: boolean
  /**
   * Reads again whether what the user proved with is right. While it was checked, it can have been
   * changed and all sessions revoked; the new session is younger than that.
   */
  readonly isStillRight?: () => Promise<boolean>
}

/**
 * Creates a session with a new token, and revokes the session that this browser had before. A session of
 * the same user is replaced in one step. A user with a second factor gets no session yet.
 *
 * @returns A redirect to `next` or to the page that asks for the code, or `null` if it is refused.
 */
export async function openSession<Env extends SiteEnv>(
  c: Context<Env>,
  site: Site,
  { userId, next, isMultiFactor = false, isStillRight }: SignIn,
): Promise<Response | null> {
  const { auth, totps } = site
  const { auth: request }: SiteEnv['Variables'] = c.var
  if (!isMultiFactor && (await totps.find(userId))) {
    const isPending = await pendingSignIns(site).begin(c, { userId, next, isStillRight })
    return isPending ? c.redirect('/sign-in/code', 303) : null
  }
  const before = await request.validate()
  const isSameUser = before?.user.userId === userId
  const session = isSameUser
    ? await auth.replaceSession(before)
    : await auth.createSession({ userId })
  if (isStillRight && !(await isStillRight())) {
    await auth.invalidateSession(session.sessionId)
    return null
  }
  if (before && !isSameUser) await auth.invalidateSession(before.sessionId)
  request.setSession(session)
  return c.redirect(next, 303)
}
