/** Sign-out. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { endWaitingSession } from './admin-cookie.ts'
import type { Site, SiteEnv } from './site.ts'

/** `POST /sign-out` revokes the session and deletes its cookie. */
export function signOut(site: Site): Hono<SiteEnv> {
  const { auth } = site
  const app = new Hono<SiteEnv>()
  app.post('/sign-out', requireOrigin(auth), async (c) => {
    // #if impersonation
    await endWaitingSession(c, site)
    // #end
    const session = await c.var.auth.validate()
    if (session) await auth.invalidateSession(session.sessionId)
    c.var.auth.setSession(null)
    return c.redirect('/', 303)
  })
  return app
}
