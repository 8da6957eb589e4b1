/** Requires a recent sign-in, before a change of the ways to sign in. */
import { requireRecentSignIn } from '@limen/hono'
import { withNext } from './next-page.ts'
import type { Site } from './site.ts'

/** How long after the sign-in such a change is allowed. */
const RECENT_MS = 10 * 60_000

/** The middleware. Without a recent sign-in, the visitor proves again who they are, which then opens `page`. */
export function requireRecent({ auth, totps }: Site, page: string) {
  return requireRecentSignIn(auth, { withinMs: RECENT_MS }, async (c) => {
    const session = await c.var.auth.validate()
    const hasCodes = session && (await totps.find(session.user.userId))
    return c.redirect(withNext(hasCodes ? '/confirm' : '/sign-in', page), 303)
  })
}
