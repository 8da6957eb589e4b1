/** Signs a user in, at the end of every way to sign in. */
import type { Context } from 'hono'
import { endWaitingSession } from './admin-cookie.ts'
import { deviceOf } from './device.ts'
import type { Site, SiteEnv } from './site.ts'
import { pendingSignIns } from './totp-pending.ts'

/** Who signs in, and how. */
export interface SignIn {
  readonly userId: string
  /** The page to open: what `nextPage()` returned. */
  readonly next: string
  // #if totp
  /** Whether the user has proven two factors. Without it, the second one is asked for. */
  readonly isMultiFactor?: boolean
  // #end
  /**
   * Reads again whether what the user proved with is right. While it was checked, it can have been
   * changed and all sessions revoked; the new session is younger than that.
   */
  readonly isStillRight?: () => Promise<boolean>
}

/**
 * Creates a session with a new token, and revokes the session that this browser had before. A session of
 * the same user is replaced in one step.
 *
 * @returns A redirect, or `null` if the sign-in is refused.
 */
export async function openSession<Env extends SiteEnv>(
  c: Context<Env>,
  site: Site,
  signIn: SignIn,
): Promise<Response | null> {
  const { auth } = site
  const { userId, next, isStillRight } = signIn
  const { auth: request }: SiteEnv['Variables'] = c.var
  // #if totp
  // A user with a second factor gets no session yet.
  if (!signIn.isMultiFactor && (await site.totps.find(userId))) {
    const isPending = await pendingSignIns(site).begin(c, { userId, next, isStillRight })
    return isPending ? c.redirect('/sign-in/code', 303) : null
  }
  // #end
  const before = await request.validate()
  let isReplaced = before?.user.userId === userId
  // #if guest
  const guest = before?.user.isGuest ? before.user : null
  isReplaced ||= guest !== null
  // #end
  // #if impersonation
  // An administrator who acts as this user has not proved to be the user.
  isReplaced &&= !before?.impersonation
  // #end
  const created = {
    userId,
    // #if devices
    attributes: { device: deviceOf(c) },
    // #end
  }
  const session =
    before && isReplaced
      ? await auth.replaceSession(before, created)
      : await auth.createSession(created)
  if (isStillRight && !(await isStillRight())) {
    await auth.invalidateSession(session.sessionId)
    return null
  }
  if (before && !isReplaced) await auth.invalidateSession(before.sessionId)
  // #if guest
  // The account has what the guest had.
  if (guest) await site.guests.mergeInto(guest.userId, userId)
  // #end
  // #if impersonation
  await endWaitingSession(c, site)
  // #end
  request.setSession(session)
  return c.redirect(next, 303)
}
