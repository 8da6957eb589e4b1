/** Recipe: sign in with a passkey. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt, networkOf } from './attempts.ts'
import { readForm } from './form.ts'
import { nextPage } from './next-page.ts'
import { openSession } from './open-session.ts'
import { passkeyCeremonies } from './passkey-ceremonies.ts'
import { passkeyScript } from './passkey-script.ts'
import { signInPage } from './sign-in-page.ts'
import type { Site, SiteEnv } from './site.ts'

/** `POST /passkey`, and the script of the pages for passkeys. */
export function passkey(site: Site): Hono<SiteEnv> {
  const { auth, passkeys } = site
  const ceremonies = passkeyCeremonies(site)
  const app = new Hono<SiteEnv>()
  app.use(requireOrigin(auth))

  app.get('/passkey.js', (c) => c.body(passkeyScript, 200, { 'Content-Type': 'text/javascript' }))

  app.post('/passkey/options', async (c) => {
    // A counter of its own: each view of the sign-in page asks for a challenge.
    const isAllowed = await site.limit(`challenge:${networkOf(site.clientOf(c))}`)
    if (!isAllowed) return c.json({ error: TOO_MANY_ATTEMPTS }, 429)
    return c.json(await ceremonies.beginSignIn(c))
  })

  app.post('/passkey', async (c) => {
    const form = await readForm(c)
    const next = nextPage(form('next'))
    if (!(await mayAttempt(site, c))) {
      return signInPage(c, { next }, 429, { passkey: TOO_MANY_ATTEMPTS })
    }
    const result = await ceremonies.finishSignIn(c, form('response'))
    if ('problem' in result) {
      const { problem, unknown } = result
      return signInPage(c, { next, unknown }, 401, { passkey: problem })
    }
    const { id, userId } = result.passkey
    const isStillRight = async () => (await passkeys.find(id)) !== null
    const opened = await openSession(c, site, {
      userId,
      next,
      // #if totp
      // A passkey whose user was verified is two factors.
      isMultiFactor: true,
      // #end
      isStillRight,
    })
    return opened ?? signInPage(c, { next }, 401, { passkey: 'This passkey was removed.' })
  })

  return app
}
