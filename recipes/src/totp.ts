/** Recipe: ask for a code of an authenticator app after the first factor. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { readForm } from './form.ts'
import { openSession } from './open-session.ts'
import type { Site, SiteEnv } from './site.ts'
import { isRightCode } from './totp-code.ts'
import { codePage, startAgainPage } from './totp-pages.ts'
import { pendingSignIns } from './totp-pending.ts'

/** `/sign-in/code`. */
export function totp(site: Site): Hono<SiteEnv> {
  const pending = pendingSignIns(site)
  const app = new Hono<SiteEnv>()
  app.use(requireOrigin(site.auth))

  app.get('/sign-in/code', (c) => codePage(c))

  app.post('/sign-in/code', async (c) => {
    const code = (await readForm(c))('code')
    if (!(await mayAttempt(site, c))) return codePage(c, 429, { code: TOO_MANY_ATTEMPTS })
    const signIn = await pending.take(c)
    if (!signIn) return startAgainPage(c)
    const { userId, next } = signIn
    if (!(await isRightCode(site, userId, code))) {
      if (!(await pending.allowAnother(c, signIn))) return startAgainPage(c)
      return codePage(c, 401, { code: 'This code is wrong, or was used before.' })
    }
    const opened = await openSession(c, site, {
      userId,
      next,
      isMultiFactor: true,
      // #if passphrase
      isStillRight: () => pending.isStillRight(signIn),
      // #end
    })
    return opened ?? startAgainPage(c)
  })

  return app
}
