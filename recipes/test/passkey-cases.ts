/** The cases of the recipe for passkeys. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { Secret, TOTP } from 'otpauth'
import { ATTEMPTS_PER_MINUTE } from '../src/attempts-per-minute.ts'
import { type Lies, type Options, type SoftwarePasskey, softwarePasskey } from './authenticator.ts'
import { type SignedUp, copyOf, signUp, signedInAs } from './case-steps.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

async function optionsOf(browser: Browser, path: string): Promise<Options> {
  const response = await browser.post(path)
  assert.equal(response.status, 200)
  return (await response.json()) as Options
}

/** Adds a passkey to the account of a signed-in browser. */
async function add(browser: Browser, { userId, lies }: { userId: string; lies?: Lies }) {
  const options = await optionsOf(browser, '/passkeys/options')
  const passkey = softwarePasskey(Buffer.from(userId).toString('base64url'))
  const fields = { response: passkey.registration(options, lies), name: '<b>Ada</b>' }
  return { passkey, response: await browser.post('/passkeys', fields) }
}

async function signUpWithPasskey(world: World): Promise<SignedUp & { passkey: SoftwarePasskey }> {
  const user = await signUp(world)
  const { passkey, response } = await add(user.browser, user)
  assert.equal(response.status, 303)
  return { ...user, passkey }
}

async function signIn(browser: Browser, passkey: SoftwarePasskey, lies?: Lies, next = '/') {
  const options = await optionsOf(browser, '/passkey/options')
  return browser.post('/passkey', { response: passkey.assertion(options, lies), next })
}

async function assertRefused(browser: Browser, response: Response): Promise<void> {
  assert.equal(response.status, 401)
  assert.equal(await signedInAs(browser), null)
}

export const passkeyCases: readonly Case[] = [
  {
    name: 'a passkey signs its user in, and the account page lists it',
    async run(world) {
      const { browser, email, passkey, userId } = await signUpWithPasskey(world)
      const list = await (await browser.get('/passkeys')).text()
      assert.ok(list.includes('&lt;b&gt;Ada&lt;/b&gt;') && list.includes(`value="${passkey.id}"`))
      assert.ok(list.includes(`data-user="${Buffer.from(userId).toString('base64url')}"`))

      const phone = world.visit()
      const response = await signIn(phone, passkey, {}, '/passkeys')
      assert.deepEqual([response.status, response.headers.get('Location')], [303, '/passkeys'])
      assert.equal(await signedInAs(phone), email)
      assert.equal((await phone.get('/passkeys')).status, 200)
      assert.equal((await signIn(world.visit(), passkey)).status, 303)
    },
  },
  {
    name: 'the challenge is in an HttpOnly cookie of this host, and the options name no passkey',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const shown: string[] = []
      for (const browser of [world.visit(), world.visit()]) {
        const response = await browser.post('/passkey/options', { email: 'ada@example.com' })
        const [cookie = ''] = response.headers.getSetCookie()
        assert.match(cookie, /^__Host-passkey-challenge=[\w-]{43}; .*HttpOnly/)
        const { challenge, ...others } = (await response.json()) as Options
        assert.ok(!cookie.includes(challenge))
        shown.push(JSON.stringify(others))
      }
      assert.equal(shown[0], shown[1])
      assert.ok(!shown[0]?.includes(passkey.id))
      assert.deepEqual(JSON.parse(shown[0] ?? ''), {
        rpId: 'app.example',
        timeout: 900_000,
        userVerification: 'required',
      })
    },
  },
  {
    name: 'a passkey confirms who is signed in: the session is replaced, and its old token is invalid',
    async run(world) {
      const { browser, email, passkey, userId } = await signUpWithPasskey(world)
      world.clock.advance({ minutes: 11 })
      const stolen = copyOf(world, browser)
      const asked = await browser.get('/passkeys')
      assert.equal(asked.headers.get('Location'), '/sign-in?next=%2Fpasskeys')
      for (const path of ['/passkeys', '/passkeys/options', '/passkeys/remove']) {
        assert.equal((await browser.post(path, { id: passkey.id })).status, 303)
      }
      assert.equal((await world.site.passkeys.list(userId)).length, 1)

      const unverified = await signIn(browser, passkey, { userVerified: false }, '/passkeys')
      assert.equal(unverified.status, 401)
      assert.equal((await browser.get('/passkeys')).status, 303)
      assert.equal((await signIn(browser, passkey, {}, '/passkeys')).status, 303)
      assert.equal((await browser.get('/passkeys')).status, 200)
      assert.equal(await signedInAs(browser), email)
      assert.equal(await signedInAs(stolen), null)
      assert.equal((await world.site.auth.getAllUserSessions(userId)).length, 1)
    },
  },
  {
    name: 'a passkey of another user signs in as that user, and does not confirm the session',
    async run(world) {
      const ada = await signUp(world)
      const mallory = await signUpWithPasskey(world)
      const stolen = copyOf(world, ada.browser)
      await signIn(ada.browser, mallory.passkey)
      assert.equal(await signedInAs(ada.browser), mallory.email)
      assert.equal(await signedInAs(stolen), null)
    },
  },
  {
    name: 'a response is valid once, also with a copy of the cookie',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const browser = world.visit()
      const fields = { response: passkey.assertion(await optionsOf(browser, '/passkey/options')) }
      const copy = copyOf(world, browser)
      assert.equal((await browser.post('/passkey', fields)).status, 303)
      await browser.post('/sign-out')
      await assertRefused(browser, await browser.post('/passkey', fields))
      assert.equal((await copy.post('/passkey', fields)).status, 401)
    },
  },
  {
    name: 'of 20 concurrent uses of one response, one succeeds',
    async run(world) {
      const { passkey, userId } = await signUpWithPasskey(world)
      const browser = world.visit()
      const fields = { response: passkey.assertion(await optionsOf(browser, '/passkey/options')) }
      const copies = Array.from({ length: 20 }, () => copyOf(world, browser))
      const responses = await Promise.all(copies.map((copy) => copy.post('/passkey', fields)))
      assert.equal(responses.filter(({ status }) => status === 303).length, 1)
      assert.equal((await world.site.auth.getAllUserSessions(userId)).length, 2)
    },
  },
  {
    name: 'a response belongs to the browser that asked for its challenge',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const asking = await optionsOf(world.visit(), '/passkey/options')
      const response = passkey.assertion(asking)
      const other = world.visit()
      await assertRefused(other, await other.post('/passkey', { response }))
      // A cookie of its own does not help.
      await optionsOf(other, '/passkey/options')
      await assertRefused(other, await other.post('/passkey', { response }))
    },
  },
  {
    name: 'a challenge expires after 15 minutes',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const browser = world.visit()
      const response = passkey.assertion(await optionsOf(browser, '/passkey/options'))
      world.clock.advance({ minutes: 15 })
      await assertRefused(browser, await browser.post('/passkey', { response }))
    },
  },
  {
    name: 'a response for another origin, host, type, user or challenge, or without verification, is refused',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const other = await signUpWithPasskey(world)
      const lies: Lies[] = [
        { origin: 'https://app.example.evil.example' },
        { origin: 'http://app.example' },
        { origin: 'https://sub.app.example' },
        { rpId: 'evil.example' },
        { type: 'webauthn.create' },
        { challenge: Buffer.alloc(32).toString('base64url') },
        { userVerified: false },
        { userHandle: Buffer.from(other.userId).toString('base64url') },
        { userHandle: '' },
        { id: other.passkey.id },
      ]
      for (const lie of lies) {
        const browser = world.visit()
        await assertRefused(browser, await signIn(browser, passkey, lie))
      }
      for (const response of ['', '{', '[]', 'null', '{"id":"x","response":{}}', '{"id":1}']) {
        const browser = world.visit()
        await optionsOf(browser, '/passkey/options')
        await assertRefused(browser, await browser.post('/passkey', { response }))
      }
    },
  },
  {
    name: 'a counter that does not grow is refused: the passkey was copied',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      assert.equal((await signIn(world.visit(), passkey, { counter: 5 })).status, 303)
      for (const counter of [5, 4, 0]) {
        const browser = world.visit()
        await assertRefused(browser, await signIn(browser, passkey, { counter }))
      }
      const browsers = Array.from({ length: 5 }, () => world.visit())
      const responses = await Promise.all(
        browsers.map((browser) => signIn(browser, passkey, { counter: 6 })),
      )
      assert.equal(responses.filter(({ status }) => status === 303).length, 1)
    },
  },
  {
    name: 'a removed passkey signs no user in, and the sessions of other devices are revoked',
    async run(world) {
      const { browser, email, passkey } = await signUpWithPasskey(world)
      const phone = world.visit()
      await signIn(phone, passkey)
      assert.equal(await signedInAs(phone), email)
      assert.equal((await browser.post('/passkeys/remove', { id: passkey.id })).status, 303)
      assert.deepEqual([await signedInAs(browser), await signedInAs(phone)], [email, null])

      const response = await signIn(phone, passkey)
      const page = await response.clone().text()
      await assertRefused(phone, response)
      // The script tells the browser to stop offering it.
      assert.ok(page.includes(`data-unknown="${passkey.id}"`))
      assert.ok((await (await browser.get('/passkeys')).text()).includes('data-ids=""'))
    },
  },
  {
    name: 'a sign-in that a removal overtakes is refused',
    async run(world) {
      const { passkey, userId } = await signUpWithPasskey(world)
      const { passkeys, auth } = world.site
      const { use } = passkeys
      passkeys.use = async (...args) => {
        const isUsed = await use(...args)
        await passkeys.remove(userId, passkey.id)
        await auth.invalidateAllUserSessions(userId)
        return isUsed
      }
      const browser = world.visit()
      await assertRefused(browser, await signIn(browser, passkey))
      assert.equal((await auth.getAllUserSessions(userId)).length, 0)
      assert.equal(await use(passkey.id, 0), false)
    },
  },
  {
    name: 'a passkey is removed only by its user',
    async run(world) {
      const { passkey, userId } = await signUpWithPasskey(world)
      const mallory = await signUp(world)
      await mallory.browser.post('/passkeys/remove', { id: passkey.id })
      assert.equal((await world.site.passkeys.list(userId)).length, 1)
      assert.equal((await signIn(world.visit(), passkey)).status, 303)
    },
  },
  {
    name: 'a passkey is added only for this origin, with verification, and with an id that no other has',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const mallory = await signUp(world)
      const lies: Lies[] = [
        { origin: 'https://evil.example' },
        { rpId: 'evil.example' },
        { userVerified: false },
        { type: 'webauthn.get' },
        { challenge: 'AAAA' },
        { id: passkey.id },
      ]
      for (const lie of lies) {
        const { response } = await add(mallory.browser, { ...mallory, lies: lie })
        assert.equal(response.status, 422)
      }
      assert.deepEqual(await world.site.passkeys.list(mallory.userId), [])
    },
  },
  {
    name: 'the challenge of one user or of a sign-in adds no passkey, and that of an addition signs no user in',
    async run(world) {
      const ada = await signUpWithPasskey(world)
      const mallory = await signUp(world)
      const options = await optionsOf(mallory.browser, '/passkeys/options')
      const passkey = softwarePasskey(Buffer.from(ada.userId).toString('base64url'))
      const fields = { response: passkey.registration(options), name: '' }
      // Mallory's challenge with the session of Ada.
      const session = /__Host-Http-session=[^;]+/.exec(ada.browser.headers().get('Cookie') ?? '')
      const ticket = /__Host-passkey-challenge=[^;]+/.exec(
        mallory.browser.headers().get('Cookie') ?? '',
      )
      const mixed = { Cookie: `${session?.[0]}; ${ticket?.[0]}` }
      assert.equal((await world.visit().post('/passkeys', fields, mixed)).status, 422)
      assert.equal((await world.site.passkeys.list(ada.userId)).length, 1)

      const signInOptions = await optionsOf(ada.browser, '/passkey/options')
      const response = passkey.registration({ ...options, ...signInOptions })
      assert.equal((await ada.browser.post('/passkeys', { response })).status, 422)

      const addOptions = await optionsOf(ada.browser, '/passkeys/options')
      const assertion = ada.passkey.assertion(addOptions)
      assert.equal((await ada.browser.post('/passkey', { response: assertion })).status, 401)
    },
  },
  {
    name: 'a passkey is two factors: a user with codes of an authenticator app is asked for none',
    async run(world) {
      const { browser, email, passkey } = await signUpWithPasskey(world)
      const { base32: secret } = new Secret({ size: 20 })
      const code = TOTP.generate({
        secret: Secret.fromBase32(secret),
        timestamp: world.clock.now(),
      })
      assert.equal((await browser.post('/two-step', { secret, code })).status, 200)
      const phone = world.visit()
      assert.equal((await signIn(phone, passkey)).headers.get('Location'), '/')
      assert.equal(await signedInAs(phone), email)
    },
  },
  {
    name: 'a form on another site can neither sign in nor change passkeys',
    async run(world) {
      const { browser, passkey, userId } = await signUpWithPasskey(world)
      const response = passkey.assertion(await optionsOf(browser, '/passkey/options'))
      for (const path of [
        '/passkey',
        '/passkey/options',
        '/passkeys',
        '/passkeys/options',
        '/passkeys/remove',
      ]) {
        const refused = await browser.post(path, { id: passkey.id, response }, CROSS_SITE)
        assert.equal(refused.status, 403)
        assert.deepEqual(refused.headers.getSetCookie(), [])
      }
      assert.equal((await world.site.passkeys.list(userId)).length, 1)
    },
  },
  {
    name: 'a sign-in with a passkey opens no page of another site',
    async run(world) {
      const { passkey } = await signUpWithPasskey(world)
      const response = await signIn(world.visit(), passkey, {}, '//evil.example')
      assert.equal(response.headers.get('Location'), '/')
    },
  },
  {
    name: 'attempts with passkeys are limited',
    async run(world) {
      const browser = world.visit()
      for (let turn = 0; turn <= 2 * ATTEMPTS_PER_MINUTE; turn++) {
        const { status } = await browser.post('/passkey', { response: '' })
        if (status === 429) return assertChallengesAreLimited(browser)
        assert.equal(status, 401)
      }
      throw new assert.AssertionError({ message: 'The attempts were not limited.' })
    },
  },
]

/** They are counted by themselves: each view of the sign-in page asks for one. */
async function assertChallengesAreLimited(browser: Browser): Promise<void> {
  assert.equal((await browser.post('/passkey/options')).status, 200)
  for (let turn = 0; turn <= 2 * ATTEMPTS_PER_MINUTE; turn++) {
    const { status } = await browser.post('/passkey/options')
    if (status === 429) return
    assert.equal(status, 200)
  }
  throw new assert.AssertionError({ message: 'The challenges were not limited.' })
}
