/** Recipe: a signed-in user confirms who they are with a code of an authenticator app. */
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { readForm } from './form.ts'
import { nextPage } from './next-page.ts'
import { openSession } from './open-session.ts'
import { requireAccount } from './require-account.ts'
import type { Site, SiteEnv } from './site.ts'
import { isRightCode } from './totp-code.ts'
import { confirmPage } from './totp-pages.ts'

/** `/confirm`. */
export function totpConfirm(site: Site): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()

  app.get('/confirm', requireAccount(site), (c) => confirmPage(c, nextPage(c.req.query('next'))))

  app.post('/confirm', requireAccount(site), async (c) => {
    const form = await readForm(c)
    const { userId } = c.var.session.user
    const next = nextPage(form('next'))
    if (!(await mayAttempt(site, c, userId)))
      return confirmPage(c, next, 429, { code: TOO_MANY_ATTEMPTS })
    const isRight = await isRightCode(site, userId, form('code'))
    const opened = isRight && (await openSession(c, site, { userId, next, isMultiFactor: true }))
    return opened || confirmPage(c, next, 401, { code: 'This code is wrong, or was used before.' })
  })

  return app
}
