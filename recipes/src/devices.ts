/** Recipe: the devices on which a user is signed in, with buttons to sign them out. */
import { isAuthError } from '@limen/core'
import { Hono } from 'hono'
import { devicesPage } from './device-pages.ts'
import { readForm } from './form.ts'
import { requireRecent } from './recent.ts'
import { requireAccount } from './require-account.ts'
import type { Site, SiteEnv } from './site.ts'

const PAGE = '/devices'

/** `/devices`. */
export function devices(site: Site): Hono<SiteEnv> {
  const { auth } = site
  const app = new Hono<SiteEnv>()
  // A stolen session must not sign the user out everywhere else.
  const recent = requireRecent(site, PAGE)

  app.get(PAGE, requireAccount(site), async (c) => {
    const { sessionId, user } = c.var.session
    return devicesPage(c, sessionId, await auth.getAllUserSessions(user.userId))
  })

  app.post(`${PAGE}/sign-out`, recent, async (c) => {
    const { sessionId, user } = c.var.session
    const chosen = (await readForm(c))('session')
    try {
      // With the user: the form can have the id of another user's session.
      await auth.invalidateSession(chosen, user)
    } catch (error) {
      if (!isAuthError(error) || error.code !== 'AUTH_INVALID_SESSION_ID') throw error
      const sessions = await auth.getAllUserSessions(user.userId)
      return devicesPage(c, sessionId, sessions, 404, 'This device is signed out already.')
    }
    if (chosen !== sessionId) return c.redirect(PAGE, 303)
    c.var.auth.setSession(null)
    return c.redirect('/', 303)
  })

  app.post(`${PAGE}/sign-out-others`, recent, async (c) => {
    const { sessionId, user } = c.var.session
    await auth.invalidateAllUserSessions(user.userId, { except: sessionId })
    return c.redirect(PAGE, 303)
  })

  return app
}
