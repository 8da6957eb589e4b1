/** Requires a recent sign-in, before a change of the ways to sign in. */
import { requireRecentSignIn } from '@limen/hono'
import type { MiddlewareHandler } from 'hono'
import { accountsOnly } from './accounts-only.ts'
import { withNext } from './next-page.ts'
import type { AccountEnv, Site } from './site.ts'

/** How long after the sign-in such a change is allowed. */
const RECENT_MS = 10 * 60_000

/** The middleware. Without a recent sign-in, the visitor proves again who they are, which then opens `page`. */
export function requireRecent(site: Site, page: string): MiddlewareHandler<AccountEnv> {
  let recent: MiddlewareHandler<AccountEnv> = requireRecentSignIn(
    site.auth,
    { withinMs: RECENT_MS },
    async (c) => {
      // #if totp
      const session = await c.var.auth.validate()
      const hasCodes = session && (await site.totps.find(session.user.userId))
      if (hasCodes) return c.redirect(withNext('/confirm', page), 303)
      // #end
      return c.redirect(withNext('/sign-in', page), 303)
    },
  )
  // #if guest or impersonation
  recent = accountsOnly(recent)
  // #end
  return recent
}
