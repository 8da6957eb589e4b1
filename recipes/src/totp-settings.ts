/** Recipe: turn the codes of an authenticator app on and off. */
import { Secret, TOTP } from 'otpauth'
import { Hono } from 'hono'
import { readForm } from './form.ts'
import { requireRecent } from './recent.ts'
import type { Site, SiteEnv } from './site.ts'
import { newRecoveryCodes, stepOf } from './totp-code.ts'
import { enrolPage, enrolledPage, recoveryPage } from './totp-pages.ts'

/** `/two-step`. */
export function totpSettings(site: Site): Hono<SiteEnv> {
  const { auth, totps, secretBox } = site
  const app = new Hono<SiteEnv>()
  const recent = requireRecent(site, '/two-step')
  const uriOf = (secret: string, label: string) =>
    new TOTP({ issuer: new URL(site.origin).hostname, label, secret }).toString()

  app.get('/two-step', recent, async (c) => {
    const { userId, email } = c.var.session.user
    const totp = await totps.find(userId)
    if (totp) return enrolledPage(c, totp.recoveryCodes.length)
    const secret = new Secret({ size: 20 }).base32
    return enrolPage(c, { secret, uri: uriOf(secret, email) })
  })

  app.post('/two-step', recent, async (c) => {
    const form = await readForm(c)
    const { session } = c.var
    const { userId, email } = session.user
    // The secret of the form is the one that its page shows: only this user could have sent another one.
    const secret = form('secret')
    if (!/^[A-Z2-7]{32}$/.test(secret)) return c.redirect('/two-step', 303)
    const lastStep = stepOf(secret, form('code').replaceAll(/\s/g, ''), auth.now())
    if (lastStep === null) {
      const fields = { secret, uri: uriOf(secret, email) }
      return enrolPage(c, fields, 422, {
        code: 'This code is wrong. Is the clock of the device right?',
      })
    }
    const { codes, hashes } = newRecoveryCodes(userId)
    const sealed = await secretBox.seal(secret, userId)
    const isAdded = await totps.add({ userId, secret: sealed, lastStep, recoveryCodes: hashes })
    if (!isAdded) return c.redirect('/two-step', 303)
    const replaced = await auth.replaceSession(session)
    await auth.invalidateAllUserSessions(userId, { except: replaced.sessionId })
    c.var.auth.setSession(replaced)
    return recoveryPage(c, codes)
  })

  app.post('/two-step/off', recent, async (c) => {
    await totps.remove(c.var.session.user.userId)
    return c.redirect('/two-step', 303)
  })

  return app
}
