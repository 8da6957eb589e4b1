/** The cases of the recipe for codes of an authenticator app. */
import assert from 'node:assert/strict'
import { Secret, TOTP } from 'otpauth'
import { isRightCode } from '../src/totp-code.ts'
import { WRONG_CODES } from '../src/totps.ts'
import { PASSPHRASE, type SignedUp, copyOf, signUp, signedInAs } from './case-steps.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

interface Enrolled extends SignedUp {
  readonly secret: string
  readonly recoveryCodes: readonly string[]
}

/** The code that the app shows now, or some steps of 30 seconds later. */
function codeOf(world: World, { secret }: { secret: string }, steps = 0): string {
  const timestamp = world.clock.now() + steps * 30_000
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp })
}

/** A code that is not right within the next minutes. */
function wrongCodeOf(world: World, user: { secret: string }): string {
  const right = [-2, -1, 0, 1, 2, 3, 4].map((steps) => codeOf(world, user, steps))
  return ['111111', '222222', '333333', '444444', '555555', '666666', '777777', '888888'].find(
    (code) => !right.includes(code),
  )!
}

function nextStep(world: World): void {
  world.clock.advance({ seconds: 30 })
}

/** Signs a visitor up, turns the codes on, and waits for the next one. */
async function enrol(world: World): Promise<Enrolled> {
  const user = await signUp(world)
  const page = await (await user.browser.get('/two-step')).text()
  const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(page)?.[1] ?? ''
  const response = await user.browser.post('/two-step', { secret, code: codeOf(world, { secret }) })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('Cache-Control')?.includes('no-store'), true)
  const recoveryCodes = (await response.text()).match(/(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}/g) ?? []
  assert.equal(new Set(recoveryCodes).size, 10)
  nextStep(world)
  return { ...user, secret, recoveryCodes }
}

/** A browser that has given the passphrase, and not the code. */
async function halfSignedIn(world: World, { email }: { email: string }, next = '/') {
  const browser = world.visit()
  const response = await browser.post('/sign-in', { email, passphrase: PASSPHRASE, next })
  assert.equal(response.headers.get('Location'), '/sign-in/code')
  return browser
}

async function statusOf(browser: Browser, code: string): Promise<number> {
  return (await browser.post('/sign-in/code', { code })).status
}

export const totpCases: readonly Case[] = [
  {
    name: 'after the passphrase there is no session: the code opens it, and the page that was asked for',
    async run(world) {
      const user = await enrol(world)
      const browser = await halfSignedIn(world, user, '/passphrase')
      assert.match(browser.headers().get('Cookie') ?? '', /^__Host-second-factor=[\w-]{43}$/)
      assert.equal(await signedInAs(browser), null)
      assert.equal((await browser.get('/passphrase')).status, 303)
      assert.equal((await world.site.auth.getAllUserSessions(user.userId)).length, 1)

      const code = codeOf(world, user)
      const response = await browser.post('/sign-in/code', {
        code: `${code.slice(0, 3)} ${code.slice(3)}`,
      })
      assert.deepEqual([response.status, response.headers.get('Location')], [303, '/passphrase'])
      assert.equal(await signedInAs(browser), user.email)
    },
  },
  {
    name: 'the page to turn it on shows the secret as text, as a link and as a QR code, and is not cached',
    async run(world) {
      const { browser, email } = await signUp(world)
      const response = await browser.get('/two-step')
      const page = await response.text()
      const link = /href="(otpauth:[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
      const { searchParams, pathname } = new URL(link)
      assert.ok(decodeURIComponent(pathname).endsWith(`app.example:${email}`))
      const secret = searchParams.get('secret') ?? ''
      assert.equal(secret.length, 32)
      assert.ok(page.includes(secret.match(/.{4}/g)?.join(' ') ?? 'none') && page.includes('<svg'))
      assert.ok(response.headers.get('Cache-Control')?.includes('no-store'))
      // Another visit, another secret.
      assert.ok(!(await (await browser.get('/two-step')).text()).includes(secret))
    },
  },
  {
    name: 'it is turned on only with a right code, and a second time not at all',
    async run(world) {
      const { browser, userId, email } = await signUp(world)
      const { base32: secret } = new Secret({ size: 20 })
      const wrong = await browser.post('/two-step', {
        secret,
        code: wrongCodeOf(world, { secret }),
      })
      assert.equal(wrong.status, 422)
      assert.ok((await wrong.text()).includes(secret))
      for (const bad of ['', 'short', `${secret}\n`]) {
        const fields = { secret: bad, code: codeOf(world, { secret }) }
        assert.equal((await browser.post('/two-step', fields)).status, 303)
      }
      assert.equal(await world.site.totps.find(userId), null)
      assert.equal(
        (await world.visit().post('/sign-in', { email, passphrase: PASSPHRASE })).headers.get(
          'Location',
        ),
        '/',
      )

      const fields = { secret, code: codeOf(world, { secret }) }
      const both = await Promise.all([1, 2].map(() => browser.post('/two-step', fields)))
      assert.equal(both.filter(({ status }) => status === 200).length, 1)
      const { base32: other } = new Secret({ size: 20 })
      const again = { secret: other, code: codeOf(world, { secret: other }) }
      await browser.post('/two-step', again)
      nextStep(world)
      assert.equal(await isRightCode(world.site, userId, codeOf(world, { secret: other })), false)
      assert.equal(await isRightCode(world.site, userId, codeOf(world, { secret })), true)
    },
  },
  {
    name: 'turning it on replaces the token and signs out the other devices',
    async run(world) {
      const user = await signUp(world)
      const phone = world.visit()
      await phone.post('/sign-in', { email: user.email, passphrase: PASSPHRASE })
      const stolen = copyOf(world, user.browser)
      const { base32: secret } = new Secret({ size: 20 })
      await user.browser.post('/two-step', { secret, code: codeOf(world, { secret }) })
      assert.equal(await signedInAs(user.browser), user.email)
      assert.deepEqual([await signedInAs(phone), await signedInAs(stolen)], [null, null])
    },
  },
  {
    name: 'the secret is encrypted and the recovery codes are hashed in the database',
    async run(world) {
      const user = await enrol(world)
      const stored = await world.site.totps.find(user.userId)
      assert.ok(stored)
      const text = JSON.stringify(stored)
      assert.ok(!text.includes(user.secret))
      for (const code of user.recoveryCodes) assert.ok(!text.includes(code.replaceAll('-', '')))
      assert.equal(stored.recoveryCodes.length, 10)
      const { secretBox } = world.site
      assert.equal(await secretBox.open(stored.secret, user.userId), user.secret)
      // The secret of one user cannot be put into the row of another.
      await assert.rejects(secretBox.open(stored.secret, 'other'))
    },
  },
  {
    name: 'a code is accepted once, the one of turning it on too, and no older one afterwards',
    async run(world) {
      const user = await enrol(world)
      const first = await halfSignedIn(world, user)
      // The code with which it was turned on.
      assert.equal(await statusOf(first, codeOf(world, user, -1)), 401)
      assert.equal(await statusOf(first, codeOf(world, user)), 303)
      const second = await halfSignedIn(world, user)
      assert.equal(await statusOf(second, codeOf(world, user)), 401)
      assert.equal(await statusOf(second, codeOf(world, user, -1)), 401)
      assert.equal(await statusOf(second, codeOf(world, user, 2)), 401)
      // A clock that is 30 seconds ahead.
      assert.equal(await statusOf(second, codeOf(world, user, 1)), 303)
      nextStep(world)
      assert.equal(await statusOf(await halfSignedIn(world, user), codeOf(world, user)), 401)
    },
  },
  {
    name: 'of concurrent sign-ins with one code, one succeeds',
    async run(world) {
      const user = await enrol(world)
      const browsers = await Promise.all(Array.from({ length: 5 }, () => halfSignedIn(world, user)))
      const code = codeOf(world, user)
      const statuses = await Promise.all(browsers.map((browser) => statusOf(browser, code)))
      assert.equal(statuses.filter((status) => status === 303).length, 1)

      nextStep(world)
      const next = codeOf(world, user)
      const results = await Promise.all(
        Array.from({ length: 20 }, () => isRightCode(world.site, user.userId, next)),
      )
      assert.equal(results.filter(Boolean).length, 1)
    },
  },
  {
    name: 'a sign-in has five attempts, and concurrent ones with one ticket are one attempt',
    async run(world) {
      const user = await enrol(world)
      const wrong = wrongCodeOf(world, user)
      const browser = await halfSignedIn(world, user)
      for (let attempt = 1; attempt <= 4; attempt++) {
        const page = await (await browser.post('/sign-in/code', { code: wrong })).text()
        assert.ok(page.includes('This code is wrong'))
      }
      const last = await (await browser.post('/sign-in/code', { code: wrong })).text()
      assert.ok(last.includes('not valid any more'))
      assert.equal(await statusOf(browser, codeOf(world, user)), 401)
      assert.equal(await signedInAs(browser), null)

      const other = await halfSignedIn(world, user)
      const copies = Array.from({ length: 20 }, () => copyOf(world, other))
      const pages = await Promise.all(
        copies.map(async (copy) => (await copy.post('/sign-in/code', { code: wrong })).text()),
      )
      assert.equal(pages.filter((page) => page.includes('This code is wrong')).length, 1)
      // Of the 20, one was compared.
      let left = 0
      while (await world.site.totps.countAttempt(user.userId)) left++
      assert.equal(left, WRONG_CODES - 6)
    },
  },
  {
    name: 'after 50 wrong codes in a row only a recovery code signs in, and then codes do again',
    async run(world) {
      const user = await enrol(world)
      const { site } = world
      const counted = await Promise.all(
        Array.from({ length: WRONG_CODES + 10 }, () => site.totps.countAttempt(user.userId)),
      )
      assert.equal(counted.filter(Boolean).length, WRONG_CODES)
      const browser = await halfSignedIn(world, user)
      assert.equal(await statusOf(browser, codeOf(world, user)), 401)
      assert.equal(await statusOf(browser, user.recoveryCodes[0] ?? ''), 303)
      assert.equal(await statusOf(await halfSignedIn(world, user), codeOf(world, user)), 303)
    },
  },
  {
    name: 'a recovery code is accepted once, in any form, and only for its user',
    async run(world) {
      const user = await enrol(world)
      const [one = '', two = ''] = user.recoveryCodes
      const other = await enrol(world)
      assert.equal(await statusOf(await halfSignedIn(world, other), one), 401)
      assert.equal(await statusOf(await halfSignedIn(world, user), ` ${one.toLowerCase()} `), 303)
      const browser = await halfSignedIn(world, user)
      assert.equal(await statusOf(browser, one), 401)
      assert.equal(await statusOf(browser, ''), 401)
      const results = await Promise.all(
        Array.from({ length: 20 }, () => isRightCode(world.site, user.userId, two)),
      )
      assert.equal(results.filter(Boolean).length, 1)
      assert.equal((await world.site.totps.find(user.userId))?.recoveryCodes.length, 8)
      assert.ok((await (await user.browser.get('/two-step')).text()).includes('8 recovery codes'))
    },
  },
  {
    name: 'the ticket of one user with the session or the code of another does not skip the code',
    async run(world) {
      const ada = await enrol(world)
      const mallory = await enrol(world)
      // Mallory has the passphrase of Ada, a session of her own, and codes of her own.
      const { browser } = mallory
      await browser.post('/sign-in', { email: ada.email, passphrase: PASSPHRASE })
      assert.equal(await signedInAs(browser), mallory.email)
      assert.equal(await statusOf(browser, codeOf(world, mallory)), 401)
      assert.equal(await statusOf(browser, mallory.recoveryCodes[0] ?? ''), 401)
      assert.equal(await signedInAs(browser), mallory.email)
      const confirmed = await browser.post('/confirm', { code: codeOf(world, mallory) })
      assert.equal(confirmed.status, 303)
      assert.equal(await signedInAs(browser), mallory.email)
      // And without a ticket.
      assert.equal(await statusOf(world.visit(), codeOf(world, ada)), 401)
      assert.equal((await world.site.auth.getAllUserSessions(ada.userId)).length, 1)
    },
  },
  {
    name: 'a ticket is used once, expires after five minutes, and is no session',
    async run(world) {
      const user = await enrol(world)
      const browser = await halfSignedIn(world, user)
      const copy = copyOf(world, browser)
      assert.equal(await statusOf(browser, codeOf(world, user)), 303)
      nextStep(world)
      assert.equal(await statusOf(copy, codeOf(world, user)), 401)

      const late = await halfSignedIn(world, user)
      const token = /__Host-second-factor=([^;]+)/.exec(late.headers().get('Cookie') ?? '')?.[1]
      const forged = await world
        .visit()
        .fetch('/', { headers: { Cookie: `__Host-Http-session=${token}` } })
      assert.ok(!(await forged.text()).includes('You are signed in'))
      world.clock.advance({ minutes: 5 })
      assert.equal(await statusOf(late, codeOf(world, user)), 401)
    },
  },
  {
    name: 'a change of the passphrase ends the sign-ins that wait for a code',
    async run(world) {
      const user = await enrol(world)
      const thief = await halfSignedIn(world, user)
      const { status } = await user.browser.post('/passphrase', {
        passphrase: 'another passphrase',
      })
      assert.equal(status, 303)
      assert.equal(await statusOf(thief, codeOf(world, user)), 401)
      assert.equal(await signedInAs(thief), null)
    },
  },
  {
    name: 'a code confirms who is signed in, and the session is replaced',
    async run(world) {
      const user = await enrol(world)
      const { browser } = user
      world.clock.advance({ minutes: 11 })
      const stolen = copyOf(world, browser)
      const asked = await browser.get('/two-step')
      assert.equal(asked.headers.get('Location'), '/confirm?next=%2Ftwo-step')
      const off = await browser.post('/two-step/off')
      assert.equal(off.headers.get('Location'), '/confirm?next=%2Ftwo-step')
      assert.ok(await world.site.totps.find(user.userId))

      const wrong = { code: wrongCodeOf(world, user), next: '/two-step' }
      assert.equal((await browser.post('/confirm', wrong)).status, 401)
      const right = { code: codeOf(world, user), next: '/two-step' }
      const confirmed = await browser.post('/confirm', right)
      assert.deepEqual([confirmed.status, confirmed.headers.get('Location')], [303, '/two-step'])
      assert.equal(await signedInAs(stolen), null)
      assert.equal((await browser.post('/confirm', right)).status, 401)

      assert.equal((await browser.post('/two-step/off')).status, 303)
      assert.equal(await world.site.totps.find(user.userId), null)
      const fields = { email: user.email, passphrase: PASSPHRASE }
      const signIn = await world.visit().post('/sign-in', fields)
      assert.equal(signIn.headers.get('Location'), '/')
    },
  },
  {
    name: 'a stolen session with the passphrase changes no passphrase and does not turn it off',
    async run(world) {
      const { browser, userId } = await enrol(world)
      world.clock.advance({ minutes: 11 })
      const fields = { current: PASSPHRASE, passphrase: 'another passphrase' }
      const change = await browser.post('/passphrase', fields)
      assert.equal(change.headers.get('Location'), '/confirm?next=%2Fpassphrase')
      assert.equal((await browser.get('/passphrase')).status, 303)
      await browser.post('/two-step/off')
      assert.ok(await world.site.totps.find(userId))
    },
  },
  {
    name: 'a sign-in by e-mail is asked for the code too, and the first one removes what was not verified',
    async run(world) {
      const { site } = world
      const user = await enrol(world)
      const byMail = async () => {
        const browser = world.visit()
        await browser.post('/sign-in/email', { email: user.email })
        const code = /Your code is (\d{6})/.exec(world.mails.at(-1)?.text ?? '')?.[1] ?? ''
        const response = await browser.post('/sign-in/email/code', { code })
        return { browser, location: response.headers.get('Location') }
      }
      const passkey = { publicKey: '', counter: 0, transports: [], name: '', createdAt: 0 }
      await site.passkeys.add({ ...passkey, id: user.userId, userId: user.userId })
      // Another person signed up with this address before its owner did.
      assert.equal((await byMail()).location, '/')
      assert.equal(await site.totps.find(user.userId), null)
      assert.deepEqual(await site.passkeys.list(user.userId), [])

      const secret = await site.secretBox.seal(user.secret, user.userId)
      await site.totps.add({ userId: user.userId, secret, lastStep: 0, recoveryCodes: [] })
      const { browser, location } = await byMail()
      assert.equal(location, '/sign-in/code')
      assert.equal(await signedInAs(browser), null)
      assert.equal(await statusOf(browser, codeOf(world, user)), 303)
      assert.equal(await signedInAs(browser), user.email)
    },
  },
  {
    name: 'a user without codes cannot confirm with one',
    async run(world) {
      const { browser } = await signUp(world)
      for (const code of ['', '000000', 'AAAAAAAAAAAAAAAA']) {
        assert.equal((await browser.post('/confirm', { code })).status, 401)
      }
    },
  },
  {
    name: 'a form on another site can neither send a code nor turn it off',
    async run(world) {
      const user = await enrol(world)
      const waiting = await halfSignedIn(world, user)
      const code = codeOf(world, user)
      assert.equal((await waiting.post('/sign-in/code', { code }, CROSS_SITE)).status, 403)
      for (const path of ['/two-step', '/two-step/off', '/confirm']) {
        assert.equal((await user.browser.post(path, { code }, CROSS_SITE)).status, 403)
      }
      assert.ok(await world.site.totps.find(user.userId))
      assert.equal(await statusOf(waiting, code), 303)
    },
  },
]
