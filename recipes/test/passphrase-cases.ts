/** The cases of the recipe for passphrases. */
import assert from 'node:assert/strict'
import { passphraseHashes } from '../src/passphrase-hash.ts'
import { ATTEMPTS_PER_MINUTE } from '../src/attempts-per-minute.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

const PASSPHRASE = 'correct horse battery'
const OTHER = 'another good passphrase'
/** It is refused before it is hashed, so that many attempts take no time. */
const TOO_LONG = 'x'.repeat(201)

/** A signed-in browser, and the address of its user. */
async function signUp(world: World, email = world.email()) {
  const browser = world.visit()
  const response = await browser.post('/sign-up', { email, passphrase: PASSPHRASE })
  assert.equal(response.status, 303)
  return { browser, email, response }
}

async function signIn(browser: Browser, email: string, passphrase = PASSPHRASE) {
  return browser.post('/sign-in', { email, passphrase })
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await (await browser.get('/')).text()).includes('You are signed in')
}

async function countSessions(world: World, email: string): Promise<number> {
  const account = await world.site.accounts.findByEmail(email)
  return account ? (await world.site.auth.getAllUserSessions(account.userId)).length : 0
}

/** Another browser with the same cookies. */
function copyOf(world: World, browser: Browser): Browser {
  const copy = world.visit()
  const cookie = browser.headers().get('Cookie') ?? ''
  return {
    ...copy,
    get: (path) => copy.fetch(path, { headers: { Cookie: cookie } }),
  }
}

export const passphraseCases: readonly Case[] = [
  {
    name: 'a hash has its full cost, and matches only its own passphrase in any Unicode form',
    async run() {
      const hashes = passphraseHashes()
      const stored = await hashes.hash('Émile Straße')
      assert.match(stored, /^\$scrypt\$ln=14,r=8,p=5\$[\w+/=]{24}\$[\w+/=]{44}$/)
      assert.equal(await hashes.matches('E\u0301mile Straße', stored), true)
      assert.equal(await hashes.matches('Emile Straße', stored), false)
      const zeros = passphraseHashes(async () => new Uint8Array(32))
      assert.equal(await zeros.matches('Émile Straße', null), false)
    },
  },
  {
    name: 'a sign-up signs the user in, and a later sign-in does too',
    async run(world) {
      const { browser, email, response } = await signUp(world)
      assert.equal(response.headers.get('Location'), '/')
      assert.match(
        response.headers.getSetCookie().join('\n'),
        /^__Host-Http-session=[\w-]+\.[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/,
      )
      assert.ok((await (await browser.get('/')).text()).includes(email))

      assert.equal((await browser.post('/sign-out')).headers.get('Location'), '/')
      assert.equal(await isSignedIn(browser), false)
      assert.equal((await signIn(browser, ` ${email.toUpperCase()} `)).status, 303)
      assert.equal(await isSignedIn(browser), true)
    },
  },
  {
    name: 'a sign-out revokes the session in the store',
    async run(world) {
      const { browser } = await signUp(world)
      const copy = copyOf(world, browser)
      assert.equal(await isSignedIn(copy), true)
      await browser.post('/sign-out')
      assert.equal(await isSignedIn(copy), false)
    },
  },
  {
    name: 'a sign-up is refused for an address that has an account, in any case',
    async run(world) {
      const { browser: first, email } = await signUp(world)
      const second = world.visit()
      const response = await second.post('/sign-up', {
        email: email.toUpperCase(),
        passphrase: OTHER,
      })
      assert.equal(response.status, 409)
      assert.deepEqual(response.headers.getSetCookie(), [])
      assert.equal((await signIn(second, email, OTHER)).status, 401)
      assert.equal(await isSignedIn(first), true)
    },
  },
  {
    name: 'of concurrent sign-ups with one address, one succeeds',
    async run(world) {
      const fields = { email: world.email(), passphrase: PASSPHRASE }
      const responses = await Promise.all(
        [1, 2, 3].map(() => world.visit().post('/sign-up', fields)),
      )
      const statuses = responses.map(({ status }) => status)
      assert.deepEqual(
        statuses.toSorted((one, other) => one - other),
        [303, 409, 409],
      )
    },
  },
  {
    name: 'a sign-up names what is wrong, and keeps the address but not the passphrase',
    async run(world) {
      const email = world.email()
      const refused: [fields: Record<string, string>, text: string][] = [
        [{ email, passphrase: '7 chars' }, 'Use at least 8 characters.'],
        [{ email, passphrase: 'é'.repeat(101) }, 'Use at most 200 bytes.'],
        [{ email: 'ada', passphrase: PASSPHRASE }, 'Enter your e-mail address.'],
        [{ email: '"><b>@x y', passphrase: PASSPHRASE }, 'Enter your e-mail address.'],
        [{}, 'Enter your e-mail address.'],
      ]
      for (const [fields, text] of refused) {
        const response = await world.visit().post('/sign-up', fields)
        const page = await response.text()
        assert.equal(response.status, 422)
        assert.ok(page.includes(text), text)
        assert.ok(!page.includes('<b>'))
        if (fields['email'] === email) assert.ok(page.includes(`value="${email}"`))
        if (fields['passphrase']) assert.ok(!page.includes(fields['passphrase']))
      }
      assert.deepEqual(world.hashed, [])
      assert.equal(await world.site.accounts.findByEmail(email), null)
    },
  },
  {
    name: 'a sign-in shows the same page, after the same work, for an unknown address and a wrong passphrase',
    async run(world) {
      const { email } = await signUp(world)
      const unknown = world.email()
      const results: unknown[] = []
      for (const address of [email, unknown]) {
        const before = world.hashed.length
        const response = await signIn(world.visit(), address, OTHER)
        const page = (await response.text()).replaceAll(address, '')
        results.push([response.status, page, world.hashed.slice(before)])
      }
      assert.deepEqual(results[1], results[0])
      const [status, , work] = results[0] as [number, string, unknown[]]
      assert.deepEqual([status, work], [401, [{ ln: 14, r: 8, p: 5 }]])
    },
  },
  {
    name: 'a form on another site can neither sign in, sign up, sign out nor change the passphrase',
    async run(world) {
      const { browser, email } = await signUp(world)
      const before = world.hashed.length
      const fields = { email, passphrase: PASSPHRASE }
      for (const path of ['/sign-in', '/sign-up', '/sign-out', '/passphrase']) {
        for (const visitor of [world.visit(), browser]) {
          const response = await visitor.post(path, fields, CROSS_SITE)
          assert.equal(response.status, 403)
          assert.deepEqual(response.headers.getSetCookie(), [])
        }
      }
      assert.equal(world.hashed.length, before)
      assert.equal(await isSignedIn(browser), true)
    },
  },
  {
    name: 'a sign-in opens the page that needed it, and no page of another site',
    async run(world) {
      const { email } = await signUp(world)
      const asked = await world.visit().get('/passphrase')
      assert.equal(asked.status, 303)
      assert.equal(asked.headers.get('Location'), '/sign-in?next=%2Fpassphrase')
      const form = await (await world.visit().get('/sign-in?next=%2Fpassphrase')).text()
      assert.ok(form.includes('<input type="hidden" name="next" value="/passphrase" />'))

      const pages: [next: string, opened: string][] = [
        ['/passphrase', '/passphrase'],
        ['https://evil.example', '/'],
        ['//evil.example', '/'],
        ['/\\evil.example', '/'],
        ['/\t/evil.example', '/'],
        ['/%2F/evil.example', '/'],
        ['javascript:alert(1)', '/'],
      ]
      for (const [next, opened] of pages) {
        for (const path of ['/sign-in', '/sign-up']) {
          const query = new URLSearchParams({ next }).toString()
          const shown = await world.visit().get(`${path}?${query}`)
          assert.ok((await shown.text()).includes(`name="next" value="${opened}"`), next)
        }
      }
      for (const [next, opened] of pages.slice(0, 3)) {
        const fields = { email, passphrase: PASSPHRASE, next }
        const response = await world.visit().post('/sign-in', fields)
        assert.equal(response.headers.get('Location'), opened)
        const another = { ...fields, email: world.email() }
        const signedUp = await world.visit().post('/sign-up', another)
        assert.equal(signedUp.headers.get('Location'), opened)
      }
    },
  },
  {
    name: 'attempts on one address are limited, from all clients together',
    async run(world) {
      const { email } = await signUp(world)
      const limited = await attempts(() => signIn(world.visit(), email, TOO_LONG))
      assert.equal(limited.headers.get('Retry-After'), '60')
      assert.ok((await limited.text()).includes('Too many attempts'))
      // The right passphrase is not tried either.
      const before = world.hashed.length
      assert.equal((await signIn(world.visit(), email)).status, 429)
      assert.equal(world.hashed.length, before)
    },
  },
  {
    name: 'attempts of one client are limited, on all addresses together',
    async run(world) {
      const client = world.client()
      await attempts(() => signIn(world.visit(client), world.email(), TOO_LONG))
      const fields = { email: world.email(), passphrase: PASSPHRASE }
      assert.equal((await world.visit(client).post('/sign-up', fields)).status, 429)
      // Another address of the same network.
      const neighbour = client.replace('::1', '::2')
      assert.equal((await signIn(world.visit(neighbour), world.email(), TOO_LONG)).status, 429)
      assert.equal((await signIn(world.visit(), world.email(), TOO_LONG)).status, 401)
    },
  },
  {
    name: 'a sign-in never keeps the session that the browser had before',
    async run(world) {
      const { browser, email } = await signUp(world)
      const copy = copyOf(world, browser)
      await signIn(browser, email)
      assert.equal(await isSignedIn(browser), true)
      assert.equal(await isSignedIn(copy), false)
    },
  },
  {
    name: 'a change replaces the token, signs out the other devices, and the old passphrase is wrong',
    async run(world) {
      const { browser, email } = await signUp(world)
      const phone = world.visit()
      await signIn(phone, email)
      const stolen = copyOf(world, browser)
      assert.equal((await browser.post('/passphrase', { passphrase: '7 chars' })).status, 422)
      assert.deepEqual([await isSignedIn(phone), await isSignedIn(stolen)], [true, true])

      const response = await browser.post('/passphrase', { passphrase: OTHER })
      assert.equal(response.status, 303)
      assert.equal(response.headers.getSetCookie().length, 1)
      assert.equal(await isSignedIn(browser), true)
      assert.deepEqual([await isSignedIn(phone), await isSignedIn(stolen)], [false, false])
      assert.equal((await signIn(phone, email)).status, 401)
      assert.equal((await signIn(phone, email, OTHER)).status, 303)
    },
  },
  {
    name: 'a sign-in that a change overtakes is refused',
    async run(world) {
      const { browser, email } = await signUp(world)
      const { accounts } = world.site
      const { findByEmail } = accounts
      accounts.findByEmail = async (address) => {
        const account = await findByEmail(address)
        accounts.findByEmail = findByEmail
        await browser.post('/passphrase', { passphrase: OTHER })
        return account
      }
      const late = await signIn(world.visit(), email)
      assert.equal(late.status, 401)
      assert.deepEqual(late.headers.getSetCookie(), [])
      assert.equal(await countSessions(world, email), 1)
    },
  },
  {
    name: 'a change needs the current passphrase when the sign-in is not recent',
    async run(world) {
      const { browser, email } = await signUp(world)
      world.clock.advance({ minutes: 11 })
      assert.ok((await (await browser.get('/passphrase')).text()).includes('name="current"'))
      for (const current of [undefined, OTHER]) {
        const fields = { passphrase: OTHER, ...(current && { current }) }
        const response = await browser.post('/passphrase', fields)
        assert.equal(response.status, 422)
        assert.ok((await response.text()).includes('This passphrase is wrong.'))
      }
      assert.equal((await signIn(world.visit(), email, OTHER)).status, 401)

      const right = await browser.post('/passphrase', { current: PASSPHRASE, passphrase: OTHER })
      assert.equal(right.status, 303)
      assert.equal((await signIn(world.visit(), email, OTHER)).status, 303)
      // The new session is a recent one.
      assert.ok(!(await (await browser.get('/passphrase')).text()).includes('name="current"'))
    },
  },
  {
    name: 'attempts to change a passphrase are limited',
    async run(world) {
      const { browser } = await signUp(world)
      world.clock.advance({ minutes: 11 })
      await attempts(() => browser.post('/passphrase', { passphrase: OTHER, current: TOO_LONG }))
      assert.equal(await isSignedIn(browser), true)
    },
  },
  {
    name: 'a change needs a session',
    async run(world) {
      const response = await world.visit().post('/passphrase', { passphrase: OTHER })
      assert.equal(response.status, 303)
      assert.equal(response.headers.get('Location'), '/sign-in?next=%2Fpassphrase')
    },
  },
]

/** Repeats an attempt until it is limited. The minute can end once. */
async function attempts(attempt: () => Promise<Response>): Promise<Response> {
  for (let turn = 0; turn <= 2 * ATTEMPTS_PER_MINUTE; turn++) {
    const response = await attempt()
    if (response.status === 429) return response
    assert.ok([401, 422].includes(response.status))
  }
  throw new assert.AssertionError({ message: 'The attempts were not limited.' })
}
