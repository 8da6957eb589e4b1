/** The cases of the recipe for accounts at providers. */
import assert from 'node:assert/strict'
import { ATTEMPTS_PER_MINUTE } from '../src/attempts-per-minute.ts'
import { verifiedUser } from '../src/verified-user.ts'
import { oauthProviderCases } from './oauth-provider-cases.ts'
import { type Callback, openCallback, refreshOf, visitProvider } from './provider-visit.ts'
import type { TestAccount } from './test-account.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

const PASSPHRASE = 'correct horse battery'
const PROVIDERS = ['github', 'openid', 'apple'] as const

/** A new account at a provider. GitHub's ids are numbers. */
function account(world: World, more: Partial<TestAccount> = {}): TestAccount {
  const subject = String(crypto.getRandomValues(new Uint32Array(1))[0])
  return { subject, email: world.email(), isVerified: true, ...more }
}

/** Submits the form that starts a sign-in, and returns the authorization URL. */
async function start(browser: Browser, provider: string, next = '/'): Promise<URL> {
  return new URL(refreshOf(await browser.post(`/oauth/${provider}`, { next })))
}

async function signIn(browser: Browser, provider: string, as: TestAccount): Promise<Response> {
  const url = await start(browser, provider)
  return openCallback(browser, await visitProvider(url.href, as))
}

/** A browser that is signed in by a passphrase. */
async function signUp(world: World, email = world.email()): Promise<Browser> {
  const browser = world.visit()
  const { status } = await browser.post('/sign-up', { email, passphrase: PASSPHRASE })
  assert.equal(status, 303)
  return browser
}

async function connect(browser: Browser, provider: string, as: TestAccount): Promise<Response> {
  const url = refreshOf(await browser.post(`/connections/${provider}`))
  return openCallback(browser, await visitProvider(url, as))
}

/** The address of the user of a browser, or `null`. */
async function userOf(browser: Browser): Promise<string | null> {
  const page = await (await browser.get('/')).text()
  return /You are signed in as <bdi>([^<]+)</.exec(page)?.[1] ?? null
}

async function isFailure(response: Response, status: number, text: string): Promise<void> {
  assert.equal(response.status, status)
  assert.ok((await response.text()).includes(text), text)
  const cookies = response.headers.getSetCookie()
  assert.ok(!cookies.some((cookie) => cookie.startsWith('__Host-Http-session')))
}

function without(callback: Callback, name: string): Callback {
  const { [name]: _, ...parameters } = callback.parameters
  return { ...callback, parameters }
}

function withParameters(callback: Callback, more: Record<string, string>): Callback {
  return { ...callback, parameters: { ...callback.parameters, ...more } }
}

/** Another browser with the cookies that a browser has now. */
function copyOf(world: World, browser: Browser): Browser {
  const copy = world.visit()
  const Cookie = browser.headers().get('Cookie') ?? ''
  return {
    ...copy,
    get: (path) => copy.fetch(path, { headers: { Cookie } }),
    fetch: (input, init) =>
      copy.fetch(input, { ...init, headers: { Cookie, ...(init?.headers as object) } }),
  }
}

const INVALID = 'This sign-in is not valid any more.'

export const oauthCases: readonly Case[] = [
  ...oauthProviderCases,
  ...PROVIDERS.map((provider): Case => ({
    name: `${provider}: a first sign-in creates the user, and a later one finds it`,
    async run(world) {
      const as = account(world)
      const browser = world.visit()
      const url = await start(browser, provider, '/connections')
      const { searchParams } = url
      assert.equal(searchParams.get('code_challenge_method'), 'S256')
      assert.equal(searchParams.get('code_challenge')?.length, 43)
      assert.equal(searchParams.get('state')?.length, 40)
      assert.equal(searchParams.has('nonce'), provider !== 'github')
      assert.match(browser.headers().get('Cookie') ?? '', /^__Host-oauth=[\w-]{43}$/)

      const response = await openCallback(browser, await visitProvider(url.href, as))
      assert.equal(response.status, 303)
      assert.equal(response.headers.get('Location'), '/connections')
      const [ended, session = ''] = response.headers.getSetCookie()
      assert.equal(ended, '__Host-oauth=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax')
      assert.match(session, /^__Host-Http-session=[\w.-]+; .*SameSite=Lax$/)
      assert.equal(await userOf(browser), as.email)

      const later = world.visit()
      // The address can change at the provider. The account is the same.
      const renamed = { ...as, email: world.email() }
      assert.equal((await signIn(later, provider, renamed)).status, 303)
      assert.equal(await userOf(later), as.email)
      assert.equal(await world.site.accounts.findByEmail(renamed.email), null)
    },
  })),
  {
    name: 'the cookie of a sign-in lasts ten minutes, and no script and no other site can use it',
    async run(world) {
      const [cookie] = (await world.visit().post('/oauth/github')).headers.getSetCookie()
      assert.match(
        cookie ?? '',
        /^__Host-oauth=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
    },
  },
  {
    name: 'a form on another site can start, connect and disconnect nothing',
    async run(world) {
      const browser = await signUp(world)
      const paths = ['/oauth/openid', '/connections/openid', '/connections/disconnect']
      for (const path of paths) {
        const response = await browser.post(path, {}, CROSS_SITE)
        assert.equal(response.status, 403)
        assert.deepEqual(response.headers.getSetCookie(), [])
      }
    },
  },
  {
    name: "login CSRF: another browser's callback signs no browser in, and does not reach the provider",
    async run(world) {
      for (const provider of PROVIDERS) {
        const attacker = world.visit()
        const as = account(world)
        const url = await start(attacker, provider)
        const callback = await visitProvider(url.href, as)

        const withoutCookie = world.visit()
        await isFailure(await openCallback(withoutCookie, callback), 400, INVALID)
        const withOwnCookie = world.visit()
        await start(withOwnCookie, provider)
        await isFailure(await openCallback(withOwnCookie, callback), 400, INVALID)
        assert.equal(await userOf(withOwnCookie), null)
        // The code was not used.
        assert.equal((await openCallback(attacker, callback)).status, 303)
      }
    },
  },
  {
    name: 'a replayed callback is refused, also with all cookies of the first one',
    async run(world) {
      const browser = world.visit()
      const url = await start(browser, 'openid')
      const callback = await visitProvider(url.href, account(world))
      const thief = copyOf(world, browser)
      assert.equal((await openCallback(browser, callback)).status, 303)
      await isFailure(await openCallback(browser, callback), 400, INVALID)
      await isFailure(await openCallback(thief, callback), 400, INVALID)
    },
  },
  {
    name: 'a callback with a wrong, missing or expired state is refused',
    async run(world) {
      const browser = world.visit()
      const url = await start(browser, 'github')
      const callback = await visitProvider(url.href, account(world))
      const wrong = withParameters(callback, { state: '1'.repeat(40) })
      await isFailure(await openCallback(browser, wrong), 400, INVALID)
      await isFailure(await openCallback(browser, without(callback, 'state')), 400, INVALID)
      world.clock.advance({ minutes: 11 })
      await isFailure(await openCallback(browser, callback), 400, INVALID)
    },
  },
  {
    name: 'an ID token with another nonce is refused',
    async run(world) {
      for (const provider of ['openid', 'apple']) {
        const as = account(world)
        const browser = world.visit()
        const url = await start(browser, provider)
        url.searchParams.set('nonce', 'of-another-sign-in')
        const response = await openCallback(browser, await visitProvider(url.href, as))
        await isFailure(response, 502, 'did not sign you in')
        assert.equal(await world.site.accounts.findByEmail(as.email), null)
      }
    },
  },
  {
    name: 'code injection: the code of another sign-in is useless, because of PKCE',
    async run(world) {
      for (const provider of PROVIDERS) {
        const victim = account(world)
        const stolen = await visitProvider((await start(world.visit(), provider)).href, victim)
        const attacker = world.visit()
        const own = await visitProvider((await start(attacker, provider)).href, account(world))
        const { code = '' } = stolen.parameters
        const response = await openCallback(attacker, withParameters(own, { code }))
        await isFailure(response, 502, 'did not sign you in')
        assert.equal(await userOf(attacker), null)
        assert.equal(await world.site.accounts.findByEmail(victim.email), null)
      }
    },
  },
  {
    name: 'mix-up: a callback from another issuer, or at the address of another provider, is refused',
    async run(world) {
      const flow = async () => {
        const browser = world.visit()
        const url = await start(browser, 'openid')
        return { browser, callback: await visitProvider(url.href, account(world)) }
      }
      const { browser: one, callback } = await flow()
      const iss = 'https://evil.example'
      await isFailure(await openCallback(one, withParameters(callback, { iss })), 502, 'did not')

      const { browser: two, callback: other } = await flow()
      await isFailure(await openCallback(two, without(other, 'iss')), 502, 'did not')

      const { browser: three, callback: third } = await flow()
      const elsewhere = { ...third, path: '/oauth/github/callback' }
      await isFailure(await openCallback(three, elsewhere), 400, INVALID)
    },
  },
  {
    name: 'a sign-in opens a page of this site, and no page of another site',
    async run(world) {
      const as = account(world)
      const pages: [next: string, opened: string][] = [
        ['/passphrase', '/passphrase'],
        ['https://evil.example', '/'],
        ['//evil.example', '/'],
        ['/\\evil.example', '/'],
        ['javascript:alert(1)', '/'],
      ]
      for (const [next, opened] of pages) {
        const browser = world.visit()
        const shown = await browser.get(`/oauth?${new URLSearchParams({ next }).toString()}`)
        assert.ok((await shown.text()).includes(`name="next" value="${opened}"`), next)
        const url = await start(browser, 'github', next)
        const response = await openCallback(browser, await visitProvider(url.href, as))
        assert.equal(response.headers.get('Location'), opened)
      }
    },
  },
  {
    name: 'a form that a provider posts leads to its own callback, whatever it contains',
    async run(world) {
      const fields = { code: '"><b>&x=1', state: 'a\r\nSet-Cookie: x=1', next: '//evil.example' }
      const response = await world.visit().post('/oauth/apple/callback', fields, CROSS_SITE)
      assert.deepEqual(response.headers.getSetCookie(), [])
      const url = new URL(refreshOf(response), 'https://app.example')
      assert.equal(url.origin + url.pathname, 'https://app.example/oauth/apple/callback')
      assert.deepEqual([...url.searchParams.keys()], ['code', 'state'])
      assert.equal(url.searchParams.get('code'), fields.code)
      assert.ok(!(await response.text()).includes('<b>'))
    },
  },
  {
    name: 'takeover: an account at a provider never joins the user of its address',
    async run(world) {
      const email = world.email()
      const victim = await signUp(world, email)
      for (const provider of PROVIDERS) {
        for (const isVerified of [true, false]) {
          const attacker = world.visit()
          const as = account(world, { email: email.toUpperCase(), isVerified })
          const response = await signIn(attacker, provider, as)
          const text = isVerified ? 'already has an account here' : 'has not confirmed'
          await isFailure(response, isVerified ? 409 : 403, text)
          assert.equal(await userOf(attacker), null)
          const identity = { provider, subject: as.subject }
          assert.equal(await world.site.identities.findUser(identity), null)
        }
      }
      assert.equal(await userOf(victim), email)
    },
  },
  {
    name: 'takeover: of two accounts with one address, the first one has the user',
    async run(world) {
      const as = account(world)
      assert.equal((await signIn(world.visit(), 'openid', as)).status, 303)
      const attacker = world.visit()
      const other = account(world, { email: as.email })
      await isFailure(await signIn(attacker, 'github', other), 409, 'already has an account')
      const same = { ...other, subject: `${other.subject}0` }
      await isFailure(await signIn(attacker, 'openid', same), 409, 'already has an account')
    },
  },
  {
    name: 'an address that the provider has not verified creates no user',
    async run(world) {
      for (const provider of PROVIDERS) {
        const as = account(world, { isVerified: false })
        await isFailure(await signIn(world.visit(), provider, as), 403, 'has not confirmed')
        assert.equal(await world.site.accounts.findByEmail(as.email), null)
        // Later it is verified.
        const browser = world.visit()
        assert.equal((await signIn(browser, provider, { ...as, isVerified: true })).status, 303)
        assert.equal(await userOf(browser), as.email)
      }
    },
  },
  {
    name: 'a signed-in user connects an account with any address, and signs in with it',
    async run(world) {
      for (const provider of PROVIDERS) {
        const email = world.email()
        const browser = await signUp(world, email)
        const as = account(world, { isVerified: false })
        const response = await connect(browser, provider, as)
        assert.equal(response.status, 303)
        assert.equal(response.headers.get('Location'), '/connections')
        assert.ok((await (await browser.get('/connections')).text()).includes(as.subject))
        // Again: nothing changes.
        assert.equal((await connect(browser, provider, as)).status, 303)

        const later = world.visit()
        assert.equal((await signIn(later, provider, as)).status, 303)
        assert.equal(await userOf(later), email)
      }
    },
  },
  {
    name: 'an account that another user has connected cannot be connected',
    async run(world) {
      const as = account(world)
      const owner = world.visit()
      await signIn(owner, 'github', as)
      const attacker = await signUp(world)
      await isFailure(await connect(attacker, 'github', as), 409, 'Another user has connected')
      assert.equal((await signIn(attacker, 'github', as)).status, 303)
      assert.equal(await userOf(attacker), as.email)
    },
  },
  {
    name: 'to connect and to disconnect needs a recent sign-in',
    async run(world) {
      const as = account(world)
      const browser = await signUp(world)
      await connect(browser, 'github', as)
      world.clock.advance({ minutes: 11 })
      const fields = { provider: 'github', subject: as.subject }
      const visitors: [Browser, string][] = [
        [browser, '/connections/github'],
        [browser, '/connections/disconnect'],
        [world.visit(), '/connections/github'],
      ]
      for (const [visitor, path] of visitors) {
        const response = await visitor.post(path, fields)
        assert.equal(response.status, 303)
        assert.equal(response.headers.get('Location'), '/sign-in?next=%2Fconnections')
        assert.deepEqual(response.headers.getSetCookie(), [])
      }
      assert.notEqual(await world.site.identities.findUser(fields), null)
    },
  },
  {
    name: 'a connection that one user started is not made for another user of the browser',
    async run(world) {
      const as = account(world)
      const browser = await signUp(world)
      const url = refreshOf(await browser.post('/connections/openid'))
      const callback = await visitProvider(url, as)
      const fields = { email: world.email(), passphrase: PASSPHRASE }
      await browser.post('/sign-out')
      await browser.post('/sign-up', fields)
      await isFailure(await openCallback(browser, callback), 409, 'You were signed out.')
      const identity = { provider: 'openid', subject: as.subject }
      assert.equal(await world.site.identities.findUser(identity), null)
    },
  },
  {
    name: 'takeover: who signed up with an address before its owner keeps no connected account',
    async run(world) {
      const email = world.email()
      const attacker = await signUp(world, email)
      const as = account(world)
      await connect(attacker, 'github', as)
      const pending = refreshOf(await attacker.post('/connections/openid'))
      const callback = await visitProvider(pending, account(world))
      const { identities } = world.site
      const add = identities.connect
      // The owner verifies the address while the attacker connects another account.
      identities.connect = async (identity, userId) => {
        await verifiedUser(world.site, email)
        return add(identity, userId)
      }
      await isFailure(await openCallback(attacker, callback), 409, 'You were signed out.')
      const owner = await world.site.accounts.findByEmail(email)
      assert.deepEqual(await identities.list(owner?.userId ?? ''), [])
      const later = world.visit()
      await signIn(later, 'github', as)
      assert.equal(await userOf(later), as.email)
    },
  },
  {
    name: 'the address of a new user is verified, so a code in an e-mail keeps the connected account',
    async run(world) {
      const as = account(world)
      await signIn(world.visit(), 'openid', as)
      const userId = await verifiedUser(world.site, as.email)
      assert.equal((await world.site.identities.list(userId)).length, 1)
    },
  },
  {
    name: 'an account at a provider is one factor: a user with a second one is asked for it',
    async run(world) {
      for (const provider of PROVIDERS) {
        const as = account(world)
        await signIn(world.visit(), provider, as)
        const userId = await world.site.identities.findUser({ provider, subject: as.subject })
        assert.ok(userId)
        const totp = { userId, secret: 'encrypted', lastStep: 0, recoveryCodes: [] }
        assert.equal(await world.site.totps.add(totp), true)

        const later = world.visit()
        const response = await signIn(later, provider, as)
        assert.deepEqual(
          [response.status, response.headers.get('Location')],
          [303, '/sign-in/code'],
        )
        assert.equal(await userOf(later), null)
        assert.equal((await world.site.auth.getAllUserSessions(userId)).length, 1)
      }
    },
  },
  {
    name: 'with a passkey, the last account at a provider can be disconnected',
    async run(world) {
      const as = account(world)
      const browser = world.visit()
      await signIn(browser, 'github', as)
      const fields = { provider: 'github', subject: as.subject }
      const userId = await world.site.identities.findUser(fields)
      assert.ok(userId)
      assert.equal((await browser.post('/connections/disconnect', fields)).status, 409)
      await world.site.passkeys.add({
        id: crypto.randomUUID(),
        userId,
        publicKey: '',
        counter: 0,
        transports: [],
        name: 'Passkey',
        createdAt: world.clock.now(),
      })
      assert.equal((await browser.post('/connections/disconnect', fields)).status, 303)
      assert.deepEqual(await world.site.identities.list(userId), [])
    },
  },
  {
    name: 'a disconnected account signs in no more, and the other sessions of the user end',
    async run(world) {
      const as = account(world)
      const browser = await signUp(world)
      await connect(browser, 'openid', as)
      const thief = world.visit()
      await signIn(thief, 'openid', as)
      assert.notEqual(await userOf(thief), null)
      const fields = { provider: 'openid', subject: as.subject }
      const response = await browser.post('/connections/disconnect', fields)
      assert.equal(response.headers.get('Location'), '/connections')
      assert.notEqual(await userOf(browser), null)
      assert.equal(await userOf(thief), null)
      // The account is a new one now.
      const again = world.visit()
      await signIn(again, 'openid', as)
      assert.equal(await userOf(again), as.email)
    },
  },
  {
    name: 'only a user of an account can disconnect it',
    async run(world) {
      const as = account(world)
      await connect(await signUp(world), 'openid', as)
      const attacker = await signUp(world)
      const fields = { provider: 'openid', subject: as.subject }
      assert.equal((await attacker.post('/connections/disconnect', fields)).status, 409)
      assert.notEqual(await world.site.identities.findUser(fields), null)
    },
  },
  {
    name: 'the last way to sign in stays, also with concurrent requests',
    async run(world) {
      const one = account(world)
      const browser = world.visit()
      await signIn(browser, 'openid', one)
      const only = { provider: 'openid', subject: one.subject }
      const refused = await browser.post('/connections/disconnect', only)
      await isFailure(refused, 409, 'This is your last way to sign in.')

      // Several users, because concurrent calls need not meet in the database.
      const { identities } = world.site
      const users = Array.from({ length: 10 }, async () => {
        const { subject, email } = account(world)
        const both = ['github', 'openid'].map((provider) => ({ provider, subject }))
        const [first = only, second = only] = both
        const userId = (await identities.createUser(first, email)) ?? ''
        assert.equal(await identities.connect(second, userId), true)
        const removed = await Promise.all(both.map((each) => identities.disconnect(each, userId)))
        assert.equal(removed.filter((isRemoved) => isRemoved).length, 1)
        assert.equal((await identities.list(userId)).length, 1)
      })
      await Promise.all(users)
    },
  },
  {
    name: 'concurrent first sign-ins with one account create one user',
    async run(world) {
      const as = account(world)
      const browsers = [world.visit(), world.visit(), world.visit()]
      const responses = await Promise.all(browsers.map((one) => signIn(one, 'github', as)))
      assert.deepEqual(
        responses.map(({ status }) => status),
        [303, 303, 303],
      )
      const identity = { provider: 'github', subject: as.subject }
      const userId = await world.site.identities.findUser(identity)
      assert.deepEqual(await world.site.identities.list(userId ?? ''), [identity])
      assert.equal((await world.site.auth.getAllUserSessions(userId ?? '')).length, 3)
    },
  },
  {
    name: 'of concurrent first sign-ins with one address, one creates the user',
    async run(world) {
      const email = world.email()
      const responses = await Promise.all([
        signIn(world.visit(), 'github', account(world, { email })),
        signIn(world.visit(), 'openid', account(world, { email })),
      ])
      const statuses = responses.map(({ status }) => status)
      assert.deepEqual(
        statuses.toSorted((one, other) => one - other),
        [303, 409],
      )
    },
  },
  {
    name: 'a sign-in that a disconnection overtakes is refused',
    async run(world) {
      const as = account(world)
      const browser = await signUp(world)
      await connect(browser, 'github', as)
      const { identities } = world.site
      const { findUser } = identities
      identities.findUser = async (identity) => {
        const userId = await findUser(identity)
        identities.findUser = findUser
        await browser.post('/connections/disconnect', { provider: 'github', subject: as.subject })
        return userId
      }
      const late = world.visit()
      await isFailure(await signIn(late, 'github', as), 401, 'This account was disconnected.')
      assert.equal(await userOf(late), null)
    },
  },
  {
    name: 'a sign-in never keeps the session that the browser had before',
    async run(world) {
      for (const provider of ['openid', 'apple']) {
        const browser = await signUp(world)
        const copy = copyOf(world, browser)
        const as = account(world)
        await signIn(browser, provider, as)
        assert.equal(await userOf(browser), as.email)
        assert.equal(await userOf(copy), null)
      }
    },
  },
  {
    name: 'a visitor who cancels at the provider is told so',
    async run(world) {
      for (const provider of PROVIDERS) {
        const browser = world.visit()
        const callback = await visitProvider((await start(browser, provider)).href)
        assert.equal(callback.parameters['error'], 'access_denied')
        await isFailure(await openCallback(browser, callback), 403, 'You cancelled at')
      }
    },
  },
  {
    name: 'an error of the provider is shown in words of this site',
    async run(world) {
      const browser = world.visit()
      const state = (await start(browser, 'github')).searchParams.get('state') ?? ''
      const parameters = { state, error: 'server_error', error_description: 'Call +1 555' }
      const callback = { path: '/oauth/github/callback', parameters, isForm: false }
      const response = await openCallback(browser, callback)
      assert.equal(response.status, 502)
      const page = await response.text()
      assert.ok(page.includes('GitHub did not sign you in'))
      assert.ok(!page.includes('555') && !page.includes('server_error'))
    },
  },
  {
    name: 'a provider that is down stops its own sign-in only',
    async run(world) {
      const browser = world.visit()
      const down = await browser.post('/oauth/down')
      assert.deepEqual(down.headers.getSetCookie(), [])
      await isFailure(down, 502, 'Down does not respond.')

      const state = (await start(browser, 'outage')).searchParams.get('state') ?? ''
      const parameters = { state, code: 'x' }
      const callback = { path: '/oauth/outage/callback', parameters, isForm: false }
      await isFailure(await openCallback(browser, callback), 502, 'did not sign you in')
      const unknown = await browser.post('/oauth/unknown')
      assert.equal(unknown.status, 404)
    },
  },
  {
    name: 'starts of one client are limited',
    async run(world) {
      const client = world.client()
      // The minute can end once.
      for (let turn = 0; turn <= 2 * ATTEMPTS_PER_MINUTE; turn++) {
        const response = await world.visit(client).post('/oauth/github')
        if (response.status === 200) continue
        assert.equal(response.headers.get('Retry-After'), '60')
        await isFailure(response, 429, 'Too many attempts')
        return
      }
      assert.fail('The starts were not limited.')
    },
  },
]
