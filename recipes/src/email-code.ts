/** Recipe: sign in with a code in an e-mail, or with its link. A new address becomes an account. */
import { askForCode } from './ask-for-code.ts'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { codePage, refusedPage } from './email-code-pages.ts'
import { emailCodes } from './email-codes.ts'
import { readForm } from './form.ts'
import { openSession } from './open-session.ts'
import type { Site } from './site.ts'
import { verifiedUser } from './verified-user.ts'

const TEXTS = {
  purpose: 'sign-in-code',
  path: '/sign-in/email',
  subject: 'Your code to sign in',
  title: 'Sign in',
  // #if passphrase
  hasPassphrase: false,
  // #end
}

/** `/sign-in/email` sends a code, and `/sign-in/email/code` takes it. */
export function emailCode(site: Site) {
  const codes = emailCodes(site, TEXTS)
  const app = askForCode(site, codes, TEXTS)

  app.post(`${TEXTS.path}/code`, async (c) => {
    const code = (await readForm(c))('code')
    if (!(await mayAttempt(site, c))) {
      return codePage(c, TEXTS, code, 429, { code: TOO_MANY_ATTEMPTS })
    }
    const result = await codes.take(c, code)
    if (!result.valid) return refusedPage(c, TEXTS, code, result)

    const { email, next } = result.data
    const opened = await openSession(c, site, { userId: await verifiedUser(site, email), next })
    return opened ?? refusedPage(c, TEXTS, code, { valid: false, reason: 'unknown' })
  })

  return app
}
