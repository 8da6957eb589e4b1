/** Recipe: set a new passphrase with a code in an e-mail, and sign out all devices. */
import { html } from 'hono/html'
import { askForCode } from './ask-for-code.ts'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { codePage, refusedPage } from './email-code-pages.ts'
import { emailCodes } from './email-codes.ts'
import { readForm } from './form.ts'
import { withNext } from './next-page.ts'
import { page } from './page.ts'
import { passphraseHashes, passphraseProblem } from './passphrase-hash.ts'
import type { Site } from './site.ts'
import { verifiedUser } from './verified-user.ts'

const TEXTS = {
  purpose: 'passphrase-reset',
  path: '/reset',
  subject: 'Your code for a new passphrase',
  title: 'Set a new passphrase',
  hasPassphrase: true,
}

/** `/reset` sends a code, and `/reset/code` takes it. A new address becomes an account. */
export function passphraseReset(site: Site, hashes = passphraseHashes()) {
  const { auth } = site
  const codes = emailCodes(site, TEXTS)
  const app = askForCode(site, codes, TEXTS)

  app.post(`${TEXTS.path}/code`, async (c) => {
    const form = await readForm(c)
    const code = form('code')
    // First, because the code can be taken only once.
    const problem = passphraseProblem(form('passphrase'))
    if (problem) return codePage(c, TEXTS, code, 422, { passphrase: problem })
    if (!(await mayAttempt(site, c))) {
      return codePage(c, TEXTS, code, 429, { code: TOO_MANY_ATTEMPTS })
    }
    const result = await codes.take(c, code)
    if (!result.valid) return refusedPage(c, TEXTS, code, result)

    const userId = await verifiedUser(site, result.data.email)
    const passphraseHash = await hashes.hash(form('passphrase'))
    await auth.updateUserAttributes(userId, { passphraseHash })
    await auth.invalidateAllUserSessions(userId)
    c.var.auth.setSession(null)
    // No session: the sign-in also asks for the second factor, if there is one.
    const link = html`<a href="${withNext('/sign-in', result.data.next)}">Sign in</a>`
    return page(c, 'The passphrase is set', html`<p>All devices are signed out. ${link}</p>`)
  })

  return app
}
