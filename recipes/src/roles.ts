/** Recipe: roles. An administrator lists the users, and gives and takes the role. */
import { Hono, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { adminPage } from './admin-pages.ts'
import { readForm } from './form.ts'
import { requireRecent } from './recent.ts'
import { requireAccount } from './require-account.ts'
import type { AccountEnv, Site, SiteEnv } from './site.ts'

const PAGE = '/admin'

/** Requires a role. The user is read again for it, so a role that was taken opens nothing. */
export function requireRole(site: Site, role: 'admin'): MiddlewareHandler<AccountEnv> {
  const account = requireAccount(site)
  return (c, next) =>
    account(c, async () => {
      // The next read is strong: not from a replica that has the old role.
      c.var.auth.invalidate()
      const session = await c.var.auth.validate()
      if (session?.user.role !== role) {
        throw new HTTPException(403, { message: 'You may not open this page.' })
      }
      await next()
    })
}

/** `/admin`. */
export function roles(site: Site): Hono<SiteEnv> {
  const { auth, members, audit } = site
  const app = new Hono<SiteEnv>()
  const admin = requireRole(site, 'admin')
  const recent = requireRecent(site, PAGE)

  app.get(PAGE, admin, async (c) => {
    const after = c.req.query('after') ?? ''
    return adminPage(c, c.var.session.user, await members.list(after), await audit.list())
  })

  app.post(`${PAGE}/role`, admin, recent, async (c) => {
    const form = await readForm(c)
    const { user } = c.var.session
    const userId = form('user')
    const member = await auth.getUser(userId)
    if (!member) throw new HTTPException(404, { message: 'There is no such user.' })
    // #if guest
    if (member.isGuest) throw new HTTPException(404, { message: 'There is no such user.' })
    // #end
    // So that one administrator is left.
    if (userId === user.userId) {
      throw new HTTPException(403, { message: 'You cannot change your own role.' })
    }
    const role = form('role') === 'admin' ? 'admin' : null
    const action = role ? 'gave the role' : 'took the role'
    await audit.add({ at: auth.now(), admin: user.email, user: member.email, action, reason: '' })
    await auth.updateUserAttributes(userId, { role })
    return c.redirect(PAGE, 303)
  })

  return app
}
