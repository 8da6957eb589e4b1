/** The cases of the recipe for apps with bearer tokens. */
import assert from 'node:assert/strict'
import { api } from '../src/api.ts'
import { PASSPHRASE, type SignedUp, signUp, signedInAs } from './case-steps.ts'
import type { Case, World } from './world.ts'

/** An app on a phone: it sends no cookie and no `Origin`. */
function phone(world: World) {
  const { fetch } = world.visit()
  return (method: string, path: string, { token = '', json = {} as object | null } = {}) => {
    const headers = new Headers({ 'Sec-Fetch-Site': '', Origin: '' })
    headers.delete('Origin')
    if (token) headers.set('Authorization', `Bearer ${token}`)
    if (method !== 'POST' || json === null) return fetch(path, { method, headers })
    headers.set('Content-Type', 'application/json')
    return fetch(path, { method, headers, body: JSON.stringify(json) })
  }
}

async function tokenOf(world: World, { email }: SignedUp, device = 'Phone'): Promise<string> {
  const json = { email, passphrase: PASSPHRASE, device }
  const response = await phone(world)('POST', '/api/sign-in', { json })
  assert.equal(response.status, 200)
  assert.deepEqual(response.headers.getSetCookie(), [])
  return ((await response.json()) as { token: string }).token
}

const statusOf = async (world: World, token: string, path = '/api/me') =>
  (await phone(world)('GET', path, { token })).status

interface Listed {
  readonly id: string
  readonly device: string
  readonly isCurrent: boolean
}

async function listOf(world: World, token: string): Promise<Listed[]> {
  return (await (await phone(world)('GET', '/api/tokens', { token })).json()) as Listed[]
}

export const apiCases: readonly Case[] = [
  {
    name: 'an app signs in with JSON and reads its user with the token',
    async run(world) {
      const user = await signUp(world)
      const token = await tokenOf(world, user)
      const response = await phone(world)('GET', '/api/me', { token })
      const { userId, email } = (await response.json()) as { userId: string; email: string }
      assert.deepEqual({ userId, email }, { userId: user.userId, email: user.email })
      assert.equal(response.headers.get('Cache-Control'), 'private, no-store')
      assert.match(response.headers.get('Vary') ?? '', /Authorization/)
    },
  },
  {
    name: 'a wrong passphrase, an unknown address and a broken body get no token',
    async run(world) {
      const { email } = await signUp(world)
      const send = phone(world)
      const attempts: [json: object | null, status: number][] = [
        [{ email, passphrase: 'wrong passphrase' }, 401],
        [{ email: world.email(), passphrase: PASSPHRASE }, 401],
        [{ email: [email], passphrase: { PASSPHRASE } }, 401],
        [['x'], 401],
        [{}, 401],
        [null, 400],
      ]
      const texts = new Set<string>()
      for (const [json, status] of attempts) {
        const response = await send('POST', '/api/sign-in', { json })
        assert.equal(response.status, status)
        const text = await response.text()
        assert.ok(!text.includes('token'))
        if (status === 401) texts.add(text)
      }
      assert.equal(texts.size, 1)
    },
  },
  {
    name: 'a form of another site cannot send JSON to the sign-in',
    async run(world) {
      const { email } = await signUp(world)
      const body = JSON.stringify({ email, passphrase: PASSPHRASE })
      const headers = {
        'Content-Type': 'text/plain',
        'Sec-Fetch-Site': 'cross-site',
        Origin: 'https://evil.example',
      }
      const response = await world.visit().fetch('/api/sign-in', { method: 'POST', body, headers })
      assert.equal(response.status, 400)
      assert.equal(response.headers.get('Access-Control-Allow-Origin'), null)
    },
  },
  {
    name: 'attempts are limited together with those of the sign-in page',
    async run(world) {
      const { email } = await signUp(world)
      const json = { email, passphrase: 'x'.repeat(201) }
      for (let n = 0; n < 10; n++) await phone(world)('POST', '/api/sign-in', { json })
      const limited = await phone(world)('POST', '/api/sign-in', { json })
      assert.equal(limited.status, 429)
      const page = await world.visit().post('/sign-in', { email, passphrase: PASSPHRASE })
      assert.equal(page.status, 429)
    },
  },
  {
    name: 'a token of the API in a cookie opens no page',
    async run(world) {
      const user = await signUp(world)
      const token = await tokenOf(world, user)
      const browser = world.visit()
      const headers = { Cookie: `__Host-Http-session=${token}` }
      for (const path of ['/passphrase', '/devices', '/passkeys', '/two-step']) {
        const response = await browser.fetch(path, { headers })
        assert.equal(response.status, 303, path)
        assert.match(response.headers.get('Location') ?? '', /^\/sign-in/)
      }
      assert.ok(
        !(await (await browser.fetch('/', { headers })).text()).includes('You are signed in'),
      )
      const change = await browser.fetch('/passphrase', {
        method: 'POST',
        headers,
        body: new URLSearchParams({ passphrase: 'another passphrase' }),
      })
      assert.match(change.headers.get('Location') ?? '', /^\/sign-in/)
      // It is still a token of the API.
      assert.equal(await statusOf(world, token), 200)
    },
  },
  {
    name: 'the cookie of a session, and its token as a bearer, do not open the API',
    async run(world) {
      const { browser, email } = await signUp(world)
      assert.equal((await browser.get('/api/me')).status, 401)
      const token = /__Host-Http-session=([^;]+)/.exec(browser.headers().get('Cookie') ?? '')?.[1]
      for (const path of ['/api/me', '/api/tokens']) {
        assert.equal(await statusOf(world, token ?? '', path), 401)
      }
      assert.equal(await signedInAs(browser), email)
    },
  },
  {
    name: 'a request without a right token is refused with the header that says how',
    async run(world) {
      const token = await tokenOf(world, await signUp(world))
      const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`
      for (const [sent, wanted] of [
        ['', 'Bearer realm="session"'],
        [forged, 'Bearer realm="session", error="invalid_token"'],
      ] as const) {
        const response = await phone(world)('GET', '/api/me', { token: sent })
        assert.equal(response.status, 401)
        assert.equal(response.headers.get('WWW-Authenticate'), wanted)
      }
    },
  },
  {
    name: 'tokens are listed without devices, and one is revoked',
    async run(world) {
      const user = await signUp(world)
      const [phoneToken, tabletToken] = [
        await tokenOf(world, user, 'Phone'),
        await tokenOf(world, user, 'Tablet'),
      ]
      const list = await listOf(world, phoneToken)
      assert.deepEqual(
        list.map(({ device, isCurrent }) => [device, isCurrent]),
        [
          ['Phone', true],
          ['Tablet', false],
        ],
      )
      const revoke = () =>
        phone(world)('DELETE', `/api/tokens/${list[1]?.id}`, { token: phoneToken })
      assert.equal((await revoke()).status, 204)
      assert.equal(await statusOf(world, tabletToken), 401)
      assert.equal(await statusOf(world, phoneToken), 200)
      assert.equal((await revoke()).status, 404)
    },
  },
  {
    name: 'a token revokes neither the tokens of another user nor a device',
    async run(world) {
      const user = await signUp(world)
      const token = await tokenOf(world, user)
      const other = await tokenOf(world, await signUp(world))
      const [victim] = await listOf(world, other)
      const [device] = await world.site.auth.getAllUserSessions(user.userId)
      for (const id of [victim?.id, device?.sessionId, 'x']) {
        const response = await phone(world)('DELETE', `/api/tokens/${id}`, { token })
        assert.equal(response.status, 404)
      }
      assert.equal(await statusOf(world, other), 200)
      assert.equal(await signedInAs(user.browser), user.email)
    },
  },
  {
    name: 'a change of the passphrase, and the page of devices, revoke tokens',
    async run(world) {
      const user = await signUp(world)
      const first = await tokenOf(world, user)
      await user.browser.post('/passphrase', { passphrase: PASSPHRASE })
      assert.equal(await statusOf(world, first), 401)
      const second = await tokenOf(world, user, 'Tablet')
      const page = await (await user.browser.get('/devices')).text()
      assert.ok(page.includes('<bdi>Tablet</bdi> (app)'))
      const [current] = await listOf(world, second)
      await user.browser.post('/devices/sign-out', { session: current?.id ?? '' })
      assert.equal(await statusOf(world, second), 401)
    },
  },
  {
    name: 'a token stays valid while it is used, and expires after 90 days without',
    async run(world) {
      const token = await tokenOf(world, await signUp(world))
      world.clock.advance({ days: 60 })
      assert.equal(await statusOf(world, token), 200)
      world.clock.advance({ days: 60 })
      assert.equal(await statusOf(world, token), 200)
      world.clock.advance({ days: 91 })
      assert.equal(await statusOf(world, token), 401)
    },
  },
  {
    name: 'a passphrase that is changed during the sign-in gets no token',
    async run(world) {
      const { email, userId } = await signUp(world)
      const { auth } = world.site
      const site = { ...world.site, limit: async () => true, clientOf: () => '' }
      const app = api(site, {
        hash: async (passphrase) => passphrase,
        async matches() {
          await auth.updateUserAttributes(userId, { passphraseHash: 'another' })
          await auth.invalidateAllUserSessions(userId)
          return true
        },
      })
      const response = await app.request('/api/sign-in', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, passphrase: PASSPHRASE }),
      })
      assert.equal(response.status, 401)
      assert.deepEqual(await auth.getAllUserSessions(userId), [])
    },
  },
  {
    name: 'a user with a second factor needs its code',
    async run(world) {
      const user = await signUp(world)
      const secret = await world.site.secretBox.seal('A'.repeat(32), user.userId)
      await world.site.totps.add({ userId: user.userId, secret, lastStep: 0, recoveryCodes: [] })
      for (const code of ['', '000000', 'x']) {
        const json = { email: user.email, passphrase: PASSPHRASE, code }
        const response = await phone(world)('POST', '/api/sign-in', { json })
        assert.equal(response.status, 401)
      }
      assert.equal((await world.site.auth.getAllUserSessions(user.userId)).length, 1)
    },
  },
]
