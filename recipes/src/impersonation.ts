/**
 * Recipe: an administrator acts as a user for a few minutes.
 *
 * The session is one of the user that names the administrator. The administrator's own session waits in
 * a second cookie of the same browser.
 */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { adminCookie } from './admin-cookie.ts'
import { readForm } from './form.ts'
import { requireRecent } from './recent.ts'
import { requireRole } from './roles.ts'
import type { Site, SiteEnv } from './site.ts'

/** `POST /admin/impersonate` and `POST /impersonation/stop`. */
export function impersonation(site: Site): Hono<SiteEnv> {
  const { auth, audit } = site
  const app = new Hono<SiteEnv>()
  const recent = requireRecent(site, '/admin')

  app.post('/admin/impersonate', requireRole(site, 'admin'), recent, async (c) => {
    const form = await readForm(c)
    const { session } = c.var
    const user = await auth.getUser(form('user'))
    if (!user) throw new HTTPException(404, { message: 'There is no such user.' })
    // #if guest
    if (user.isGuest) throw new HTTPException(404, { message: 'There is no such user.' })
    // #end
    if (user.role) throw new HTTPException(403, { message: 'You cannot act as an administrator.' })
    const reason = form('reason').trim().slice(0, 200)
    if (!reason) throw new HTTPException(422, { message: 'Enter a reason.' })
    // First: there is no such session without a row.
    const names = { admin: session.user.email, user: user.email }
    await audit.add({ at: auth.now(), ...names, action: 'acted as the user', reason })
    const { userId } = user
    const { sessionId: adminSessionId } = session
    const acting = { adminId: session.user.userId, adminSessionId }
    adminCookie.set(c, auth.createBearerToken(session))
    c.var.auth.setSession(
      await auth.createSession({ userId, attributes: { impersonation: acting } }),
    )
    return c.redirect('/', 303)
  })

  app.post('/impersonation/stop', requireOrigin(auth), async (c) => {
    const token = adminCookie.take(c)
    const session = await c.var.auth.validate()
    // Another user has signed in with this browser since.
    if (session && !session.impersonation) return c.redirect('/', 303)
    const admin = token ? await auth.validateToken({ token, consistency: 'strong' }) : null
    if (session) {
      await auth.invalidateSession(session.sessionId)
      const { email } = (await auth.getUser(session.impersonation!.adminId)) ?? {}
      const names = { admin: email ?? '', user: session.user.email }
      await audit.add({ at: auth.now(), ...names, action: 'stopped', reason: '' })
    }
    c.var.auth.setSession(admin?.valid ? admin.session : null)
    return c.redirect(admin?.valid ? '/admin' : '/sign-in', 303)
  })

  return app
}
