/** Recipe: change the passphrase. */
import { isRecentSignIn } from '@limen/core'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { readForm } from './form.ts'
import { withNext } from './next-page.ts'
import { passphraseHashes, passphraseProblem } from './passphrase-hash.ts'
import { changePage } from './passphrase-pages.ts'
import { requireAccount } from './require-account.ts'
import type { Site, SiteEnv } from './site.ts'

/** How long after the sign-in a change needs no current passphrase. */
const RECENT_MS = 10 * 60_000

/** `/passphrase`. */
export function passphraseChange(site: Site, hashes = passphraseHashes()): Hono<SiteEnv> {
  const { auth, accounts } = site
  const app = new Hono<SiteEnv>()
  const isRecent = (session: { readonly createdAt: Date }) =>
    isRecentSignIn(session, { withinMs: RECENT_MS, now: auth.now() })

  // #if totp
  // A passphrase alone must not make the session of a user with a second factor a recent one.
  const needsCode = async (session: {
    readonly createdAt: Date
    readonly user: { userId: string }
  }) => !isRecent(session) && (await site.totps.find(session.user.userId)) !== null
  const confirmFirst = withNext('/confirm', '/passphrase')
  // #end

  app.get('/passphrase', requireAccount(site), async (c) => {
    // #if totp
    if (await needsCode(c.var.session)) return c.redirect(confirmFirst, 303)
    // #end
    return changePage(c, { isRecent: isRecent(c.var.session) })
  })

  app.post('/passphrase', requireAccount(site), async (c) => {
    // #if totp
    if (await needsCode(c.var.session)) return c.redirect(confirmFirst, 303)
    // #end
    const form = await readForm(c)
    const { session } = c.var
    const { userId, email } = session.user
    const fields = { isRecent: isRecent(session) }
    const problem = passphraseProblem(form('passphrase'))
    if (problem) return changePage(c, fields, 422, { passphrase: problem })
    if (!fields.isRecent) {
      if (!(await mayAttempt(site, c, email))) {
        return changePage(c, fields, 429, { current: TOO_MANY_ATTEMPTS })
      }
      const account = await accounts.findByEmail(email)
      const isRight = await hashes.matches(form('current'), account?.passphraseHash ?? null)
      if (!isRight) return changePage(c, fields, 422, { current: 'This passphrase is wrong.' })
    }

    const passphraseHash = await hashes.hash(form('passphrase'))
    // First: a copy of the old token opens nothing from here on, and a second submit changes nothing.
    const replaced = await auth.replaceSession(session)
    c.var.auth.setSession(replaced)
    await auth.updateUserAttributes(userId, { passphraseHash })
    await auth.invalidateAllUserSessions(userId, { except: replaced.sessionId })
    return c.redirect('/', 303)
  })

  return app
}
