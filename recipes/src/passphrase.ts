/** Recipe: sign up and sign in with an e-mail address and a passphrase. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { parseEmail } from './email.ts'
import { readForm } from './form.ts'
import { nextPage } from './next-page.ts'
import { openSession } from './open-session.ts'
import { passphraseHashes, passphraseProblem } from './passphrase-hash.ts'
import { signUpPage } from './passphrase-pages.ts'
import { signInPage } from './sign-in-page.ts'
import type { Site, SiteEnv } from './site.ts'

const LIMITED = { email: TOO_MANY_ATTEMPTS }
// One text for both, so that it does not show which addresses have an account.
const WRONG = { passphrase: 'The address or the passphrase is wrong.' }

/** `/sign-up` and `POST /sign-in`. */
export function passphrase(site: Site, hashes = passphraseHashes()): Hono<SiteEnv> {
  const { auth, accounts } = site
  const app = new Hono<SiteEnv>()
  app.use(requireOrigin(auth))

  app.get('/sign-up', (c) => signUpPage(c, { next: nextPage(c.req.query('next')) }))

  app.post('/sign-up', async (c) => {
    const form = await readForm(c)
    const fields = { email: form('email'), next: nextPage(form('next')) }
    const email = parseEmail(fields.email)
    if (!email) return signUpPage(c, fields, 422, { email: 'Enter your e-mail address.' })
    const problem = passphraseProblem(form('passphrase'))
    if (problem) return signUpPage(c, fields, 422, { passphrase: problem })
    if (!(await mayAttempt(site, c))) return signUpPage(c, fields, 429, LIMITED)

    const passphraseHash = await hashes.hash(form('passphrase'))
    const userId = await accounts.create({ email, passphraseHash })
    if (!userId) return signUpPage(c, fields, 409, { email: 'This address has an account.' })
    const opened = await openSession(c, site, { userId, next: fields.next })
    return opened ?? signInPage(c, fields)
  })

  app.post('/sign-in', async (c) => {
    const form = await readForm(c)
    const fields = { email: form('email'), next: nextPage(form('next')) }
    const email = parseEmail(fields.email) ?? ''
    if (!(await mayAttempt(site, c, email))) return signInPage(c, fields, 429, LIMITED)

    const account = await accounts.findByEmail(email)
    const isRight = await hashes.matches(form('passphrase'), account?.passphraseHash ?? null)
    const isUnchanged = async () =>
      (await accounts.findByEmail(email))?.passphraseHash === account?.passphraseHash
    if (!account || !isRight) return signInPage(c, fields, 401, WRONG)
    const { userId } = account
    const signIn = { userId, next: fields.next, isStillRight: isUnchanged }
    return (await openSession(c, site, signIn)) ?? signInPage(c, fields, 401, WRONG)
  })

  return app
}
