/** The programs of docs/sessions.md and docs/tickets.md do what these pages say. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { limen } from '../packages/core/src/index.ts'
import { memoryStore } from '../packages/core/src/memory-store.ts'

type AnyAuth = ReturnType<typeof limen<object, object>>
interface Server {
  readonly default: { fetch(request: Request): Promise<Response> }
}

const MINUTE = 60_000
const APP = 'https://app.example.com'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('docs/sessions.md', () => {
  async function signedIn() {
    const program = await load<Server & { auth: AnyAuth }>('sessions', 'Replace a session')
    const { auth } = program
    await auth.createUser({ userId: 'ada' })
    const here = await auth.createSession({ userId: 'ada' })
    let Cookie = cookieOf(auth, here)
    async function post(path: string, field: Record<string, string>) {
      const body = new URLSearchParams(field)
      const headers = { Cookie, Origin: APP, 'Sec-Fetch-Site': 'same-origin' }
      const request = new Request(APP + path, { method: 'POST', headers, body })
      const response = await program.default.fetch(request)
      const [sent] = response.headers.getSetCookie()
      if (sent) Cookie = sent.split(';')[0]!
      return [response.status, await response.text()]
    }
    return { auth, here, post }
  }

  it('a new passphrase needs a recent sign-in, and signs out every other session', async () => {
    const { auth, here, post } = await signedIn()
    const other = await auth.createSession({ userId: 'ada' })
    vi.setSystemTime(Date.now() + 10 * MINUTE)
    expect(await post('/passphrase', { passphrase: 'new' })).toEqual([
      401,
      'Confirm your passphrase first',
    ])
    expect(await post('/confirm', { passphrase: 'wrong' })).toEqual([401, 'Wrong'])
    expect(await post('/passphrase', { passphrase: 'new' })).toEqual([
      401,
      'Confirm your passphrase first',
    ])

    expect(await post('/confirm', { passphrase: 'correct horse' })).toEqual([200, 'Confirmed'])
    expect(await auth.getSession(here.sessionId)).toBeNull()
    expect(await auth.getSession(other.sessionId)).not.toBeNull()
    expect(await post('/passphrase', { passphrase: 'new' })).toEqual([
      200,
      'Changed, and signed out everywhere else',
    ])
    expect(await auth.getSession(other.sessionId)).toBeNull()
    expect(await auth.getAllUserSessions('ada')).toHaveLength(1)
    expect(await post('/confirm', { passphrase: 'correct horse' })).toEqual([401, 'Wrong'])
    expect(await post('/confirm', { passphrase: 'new' })).toEqual([200, 'Confirmed'])
  })

  it('of two submits of one form, the second is answered with 401', async () => {
    const { auth, post } = await signedIn()
    const field = { passphrase: 'correct horse' }
    const answers = await Promise.all([post('/confirm', field), post('/confirm', field)])
    expect(new Set(answers.map((answer) => answer.join(' ')))).toEqual(
      new Set(['200 Confirmed', '401 Please sign in']),
    )
    expect(await auth.getAllUserSessions('ada')).toHaveLength(1)
  })

  it('an API token opens the API and no page, until it is revoked', async () => {
    const { auth, default: server } = await load<Server & { auth: AnyAuth }>(
      'sessions',
      'Bearer tokens',
    )
    await auth.createUser({ userId: 'ada' })
    const Cookie = cookieOf(auth, await auth.createSession({ userId: 'ada' }))
    async function send(path: string, own: Record<string, string>, form?: Record<string, string>) {
      const headers = { ...own, Origin: APP, 'Sec-Fetch-Site': 'same-origin' }
      const init = form && { method: 'POST', body: new URLSearchParams(form) }
      const response = await server.fetch(new Request(APP + path, { ...init, headers }))
      return [response.status, await response.text()] as const
    }

    const [, token] = await send('/tokens', { Cookie }, { label: 'backup' })
    const api = { Authorization: `Bearer ${token}` }
    expect(await send('/api/me', api)).toEqual([200, '{"userId":"ada"}'])
    const [name] = Cookie.split('=')
    expect((await send('/tokens', { Cookie: `${name}=${token}` }))[0]).toBe(401)
    expect((await send('/tokens', { Cookie: `${name}=${token}` }, { label: 'more' }))[0]).toBe(401)
    const [, cookieToken] = Cookie.split('=')
    expect((await send('/api/me', { Authorization: `Bearer ${cookieToken}` }))[0]).toBe(401)

    const [listed] = JSON.parse((await send('/tokens', { Cookie }))[1]) as { id: string }[]
    expect(listed).toEqual({ id: token!.split('.')[0], label: 'backup' })
    vi.setSystemTime(Date.now() + 10 * MINUTE)
    expect((await send('/tokens', { Cookie }, { label: 'more' }))[0]).toBe(401)
    vi.setSystemTime(Date.now() - 10 * MINUTE)
    expect(await send('/tokens/revoke', { Cookie }, { id: listed!.id })).toEqual([200, 'Revoked'])
    expect((await send('/api/me', api))[0]).toBe(401)
  })

  it('another device is signed out after a recent sign-in only', async () => {
    const { auth, here, post } = await signedIn()
    const { sessionId: id } = await auth.createSession({ userId: 'ada' })
    vi.setSystemTime(Date.now() + 10 * MINUTE)
    expect((await post('/devices/sign-out', { id }))[0]).toBe(401)
    expect(await auth.getSession(id)).not.toBeNull()
    await post('/confirm', { passphrase: 'correct horse' })
    expect(await post('/devices/sign-out', { id })).toEqual([200, 'Signed out'])
    expect(await auth.getSession(id)).toBeNull()
    expect(await auth.getSession(here.sessionId)).toBeNull()
    expect(await auth.getAllUserSessions('ada')).toHaveLength(1)
  })

  it('a new generation signs out all users', async () => {
    const { authOf } = await load<{
      authOf: (
        generation: number,
        store?: object,
      ) => { auth: AnyAuth; signIn: (userId: string) => Promise<{ sessionId: string }> }
    }>('sessions', 'Sign out all users')
    const store = memoryStore()
    const [before, after] = [authOf(1, store), authOf(2, store)]
    const users = [await before.auth.createUser({}), await before.auth.createUser({})]
    const old = await Promise.all(users.map(({ userId }) => before.signIn(userId)))
    vi.setSystemTime(Date.now() + MINUTE)
    for (const { sessionId } of old) {
      expect(await before.auth.getSession(sessionId)).not.toBeNull()
      expect(await after.auth.getSession(sessionId)).toBeNull()
    }
    const { sessionId } = await after.signIn(users[0]!.userId)
    vi.setSystemTime(Date.now() + 60 * MINUTE)
    expect(await after.auth.getSession(sessionId)).not.toBeNull()
  })

  it('a session ends with that of the identity provider', async () => {
    const { auth, signIn, signOut } = await load<{
      auth: AnyAuth
      signIn: (userId: string, claims: object) => Promise<{ sessionId: string }>
      signOut: (userId: string, sid: string) => Promise<void>
    }>('sessions', 'Sessions of an identity provider')
    const { userId } = await auth.createUser({})
    // The provider's session has 10 minutes left.
    const auth_time = Math.floor(Date.now() / 1000) - 24 * 3600 + 600
    const short = await signIn(userId, { auth_time, sid: 'one' })
    vi.setSystemTime(Date.now() + 9 * MINUTE)
    expect(await auth.getSession(short.sessionId)).not.toBeNull()
    vi.setSystemTime(Date.now() + MINUTE)
    expect(await auth.getSession(short.sessionId)).toBeNull()

    const now = Math.floor(Date.now() / 1000)
    const [one, two] = [
      await signIn(userId, { auth_time: now, sid: 'one' }),
      await signIn(userId, { auth_time: now, sid: 'two' }),
    ]
    await signOut(userId, 'one')
    expect(await auth.getSession(one.sessionId)).toBeNull()
    expect(await auth.getSession(two.sessionId)).not.toBeNull()
  })
})

describe('docs/tickets.md', () => {
  async function app() {
    const { default: server, sent } = await load<Server & { sent: { to: string; link: string }[] }>(
      'tickets',
      'Magic link',
    )
    const own = { Origin: APP, 'Sec-Fetch-Site': 'same-origin' }
    const call = (path: string, init: RequestInit) => server.fetch(new Request(APP + path, init))

    /** Asks for a link in a browser, which then has the cookie. */
    async function browser(email: string) {
      const body = new URLSearchParams({ email })
      const response = await call('/sign-in', { method: 'POST', headers: own, body })
      const Cookie = response.headers.getSetCookie()[0]!.split(';')[0]!
      return { Cookie, path: sent.at(-1)!.link.slice(APP.length) }
    }
    /** Opens the link, and presses the button of its page. */
    async function open(path: string, headers: Record<string, string>) {
      const page = await (await call(path, { headers })).text()
      const [, code = ''] = /name="code" value="(\d*)"/.exec(page) ?? []
      const body = new URLSearchParams({ code })
      return call('/sign-in/link', { method: 'POST', headers: { ...own, ...headers }, body })
    }
    return { browser, call, open, own, sent }
  }

  it('a click on the link signs in, once, in the browser that asked', async () => {
    const { browser, open } = await app()
    const { Cookie, path } = await browser(' Ada@example.com ')
    expect((await open(path, {})).status).toBe(400)
    const signedIn = await open(path, { Cookie })
    expect(signedIn.status).toBe(303)
    const [deleted, session] = signedIn.headers.getSetCookie()
    expect(deleted).toMatch(/^__Host-magic-link=; Max-Age=0; /)
    expect(session).toMatch(/^__Host-Http-session=/)
    expect((await open(path, { Cookie })).status).toBe(400)
  })

  it('a GET of the link uses nothing up', async () => {
    const { browser, call, open } = await app()
    const { Cookie, path } = await browser('ada@example.com')
    for (let opened = 0; opened < 5; opened++) await call(path, { headers: { Cookie } })
    expect((await open(path, { Cookie })).status).toBe(303)
  })

  it('a link opens nothing in another browser, and not that of another ticket', async () => {
    const { browser, open } = await app()
    const [attacker, user] = [await browser('ada@example.com'), await browser('ada@example.com')]
    expect((await open(attacker.path, { Cookie: user.Cookie })).status).toBe(400)
    expect((await open(attacker.path, {})).status).toBe(400)
    expect((await open(user.path, { Cookie: user.Cookie })).status).toBe(303)
  })

  it('the page of the link escapes what is in its address', async () => {
    const { call } = await app()
    const page = await (await call('/sign-in/link?code=1"><script>2', {})).text()
    expect(page).toContain('value="12"')
    expect(page).not.toContain('<script>')
  })

  it('another site can neither ask for a link nor use one', async () => {
    const { browser, call, sent } = await app()
    const { Cookie, path } = await browser('ada@example.com')
    const headers = { Cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    for (const [at, field] of [
      ['/sign-in', { email: 'eve@example.com' }],
      ['/sign-in/link', { code: path.split('code=')[1]! }],
    ] as const) {
      const body = new URLSearchParams(field as Record<string, string>)
      expect((await call(at, { method: 'POST', headers, body })).status).toBe(403)
    }
    expect(sent).toHaveLength(1)
  })

  it('a link expires', async () => {
    const { browser, open } = await app()
    const { Cookie, path } = await browser('ada@example.com')
    vi.setSystemTime(Date.now() + 15 * MINUTE)
    expect((await open(path, { Cookie })).status).toBe(400)
  })

  it('a reset of the password voids the resets that were sent before it', async () => {
    const { first, second } = await load<{ first: string; second: string }>(
      'tickets',
      'Password reset',
    )
    expect([first, second]).toEqual([true, false])
  })
})

function cookieOf(auth: AnyAuth, session: { sessionId: string }): string {
  return auth.createSessionCookie(session).serialize().split(';')[0]!
}

let loaded = 0

/** Imports the first program below a heading of a page, as a module of its own. */
async function load<Exports>(page: string, heading: string): Promise<Exports> {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const text = await readFile(at(`../docs/${page}.md`), 'utf8')
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const [, program = ''] = /^```ts\n([^]*?)^```/m.exec(section) ?? []
  const file = at(`.cache/programs/${page}-${++loaded}.ts`)
  await mkdir(at('.cache/programs'), { recursive: true })
  await writeFile(file, program)
  return (await import(file)) as Exports
}
