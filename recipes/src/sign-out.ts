/** Sign-out, for every recipe. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import type { Site, SiteEnv } from './site.ts'

/** `POST /sign-out` revokes the session and deletes its cookie. */
export function signOut({ auth }: Site): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  app.post('/sign-out', requireOrigin(auth), async (c) => {
    const session = await c.var.auth.validate()
    if (session) await auth.invalidateSession(session.sessionId)
    c.var.auth.setSession(null)
    return c.redirect('/', 303)
  })
  return app
}
