/** Recipe: a signed-in user confirms who they are with a code of an authenticator app. */
import { requireSession } from '@limen/hono'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { readForm } from './form.ts'
import { nextPage, signInFirst } from './next-page.ts'
import { openSession } from './open-session.ts'
import type { Site, SiteEnv } from './site.ts'
import { isRightCode } from './totp-code.ts'
import { confirmPage } from './totp-pages.ts'

/** `/confirm`. */
export function totpConfirm(site: Site): Hono<SiteEnv> {
  const { auth } = site
  const app = new Hono<SiteEnv>()

  app.get('/confirm', requireSession(auth, signInFirst), (c) =>
    confirmPage(c, nextPage(c.req.query('next'))),
  )

  app.post('/confirm', requireSession(auth, signInFirst), async (c) => {
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
