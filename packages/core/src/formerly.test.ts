/** C1, C2: a deploy changes the cookie's name, domain, path or partition, as a browser sees it. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../test/app.ts'
import { type StoredCookie, cookieHeader, receive } from '../test/browser.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'
import type { SessionCookieOptions } from './session-cookie.ts'

const HOST = 'https://app.example.com'
const DAY = 86_400_000

type Form = NonNullable<SessionCookieOptions['formerly']>[number]

/** The configuration that has this as its current form. */
function formOf({ name, ...attributes }: Form): SessionCookieOptions {
  return { attributes, ...(name !== undefined && { name }) }
}

/** Versions of one app over one store and one clock, and a browser that visits them. */
function deploys() {
  const { store, clock } = createApp()
  const events: object[] = []
  let jar: StoredCookie[] = []

  const version = (sessionCookie: SessionCookieOptions, secure = true) =>
    limen({
      store,
      sessionCookie,
      secure,
      now: () => clock.now,
      onEvent: (event) => events.push(event),
    })
  type Auth = ReturnType<typeof version>
  type Request = ReturnType<Auth['openRequest']>

  /** One page view or form: the browser sends its cookies, the app responds, the browser stores the new ones. */
  async function browse<Answer>(
    auth: Auth,
    act: (request: Request) => Answer,
    { method = 'GET', path = '/app/page' } = {},
  ): Promise<Awaited<Answer>> {
    const url = HOST + path
    const headers = new Headers({
      Cookie: cookieHeader(jar, url),
      'Sec-Fetch-Site': 'same-origin',
      'Sec-Fetch-Mode': 'navigate',
    })
    let lines: string[] = []
    const authRequest = auth.openRequest({
      request: { method, url, headers },
      setCookie: (cookie) => {
        lines = [cookie, ...cookie.deletions].map((one) => one.serialize())
      },
    })
    const answer = await act(authRequest)
    for (const line of lines) jar = receive(jar, line, url)
    return answer
  }

  const validate = (auth: Auth) => browse(auth, (request) => request.validate())
  async function signIn(auth: Auth, name = 'Ada') {
    const { userId } = await auth.createUser({ attributes: { name } })
    const session = await auth.createSession({ userId, attributes: { device: 'Laptop' } })
    await browse(auth, (request) => request.setSession(session), { method: 'POST' })
    return session
  }
  const signOut = (auth: Auth) =>
    browse(auth, (request) => request.setSession(null), { method: 'POST' })
  const names = () => jar.map(({ name, value }) => `${name}${value ? '' : ' (empty)'}`)

  return {
    version,
    validate,
    signIn,
    signOut,
    browse,
    clock,
    events,
    names,
    stored: () => jar,
    plant: (line: string, url = HOST) => (jar = receive(jar, line, url)),
  }
}

const changes: [what: string, before: Form, after: Form][] = [
  ['C1: receives a domain', {}, { domain: 'example.com' }],
  ['C1: loses its domain', { domain: 'example.com' }, {}],
  ['C1: changes its domain', { domain: 'example.com' }, { domain: 'app.example.com' }],
  ['C1: receives a path', {}, { path: '/app' }],
  ['C1: loses its path', { path: '/app' }, {}],
  ['C1: becomes partitioned', {}, { partitioned: true }],
  ['C1: is no longer partitioned', { partitioned: true }, {}],
  [
    'C1: has the same name and becomes partitioned',
    { name: 'sid' },
    { name: 'sid', partitioned: true },
  ],
  [
    'C1: has the same name and is no longer partitioned',
    { name: 'sid', partitioned: true },
    { name: 'sid' },
  ],
  ['C2: is renamed', { name: 'sid' }, { name: '__Host-id' }],
  ['C2: gets the default name', { name: 'auth_session' }, {}],
  [
    'C1: has the same name and receives a domain',
    { name: 'sid' },
    { name: 'sid', domain: 'example.com' },
  ],
  [
    'C1: has the same name and loses its domain',
    { name: 'sid', domain: 'example.com' },
    { name: 'sid' },
  ],
  ['C1: has the same name and receives a path', { name: 'sid' }, { name: 'sid', path: '/app' }],
  ['C1: has the same name and loses its path', { name: 'sid', path: '/app' }, { name: 'sid' }],
]

describe.each(changes)('a cookie that %s', (_, before, after) => {
  const old = () => {
    const browser = deploys()
    return { ...browser, v1: browser.version(formOf(before)) }
  }
  const next = { ...formOf(after), formerly: [before] }
  const both = [before, after]

  it('is read after the deploy, and moves to its new form when it is renewed', async () => {
    const { v1, version, validate, signIn, clock, stored } = old()
    const session = await signIn(v1)
    const v2 = version(next)
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId, fresh: false })
    expect(stored()).toHaveLength(1)
    clock.now += DAY
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId, fresh: true })
    expect(stored()).toHaveLength(1)
    expect(stored()[0]).toMatchObject({
      hostOnly: after.domain === undefined,
      path: after.path ?? '/',
      partitioned: after.partitioned ?? false,
    })
    expect(await validate(version(formOf(after)))).toMatchObject({ sessionId: session.sessionId })
  })

  it('is replaced at a sign-in', async () => {
    const { v1, version, validate, signIn, stored } = old()
    await signIn(v1)
    const v2 = version(next)
    const session = await signIn(v2, 'Bob')
    expect(stored()).toHaveLength(1)
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId })
  })

  it('does not sign the visitor in again after a sign-out', async () => {
    const { v1, version, validate, signIn, signOut, stored } = old()
    await signIn(v1)
    const v2 = version(next)
    await signOut(v2)
    expect(stored()).toEqual([])
    for (const auth of [v1, v2]) expect(await validate(auth)).toBeNull()
  })

  it('is deleted when its session was revoked', async () => {
    const { v1, version, validate, signIn, stored } = old()
    const session = await signIn(v1)
    const v2 = version(next)
    await v2.invalidateSession(session.sessionId)
    expect(await validate(v2)).toBeNull()
    expect(stored()).toEqual([])
  })

  it('survives a rollback when both versions list both forms', async () => {
    const { version, validate, signIn, signOut, clock, stored } = deploys()
    const v1 = version({ ...formOf(before), formerly: both })
    const v2 = version({ ...formOf(after), formerly: both })
    const session = await signIn(v1)
    expect(stored()).toHaveLength(1)
    for (const auth of [v2, v1, v2, v1]) {
      clock.now += DAY
      expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId, fresh: true })
      expect(stored()).toHaveLength(1)
    }
    await signOut(v2)
    expect(stored()).toEqual([])
    const again = await signIn(v2, 'Bob')
    expect(await validate(v1)).toMatchObject({ sessionId: again.sessionId })
    await signOut(v1)
    expect(stored()).toEqual([])
  })
})

describe('C1: without `formerly`', () => {
  it('a cookie with the old domain stays, and the request is ambiguous', async () => {
    const { version, validate, signIn, events, stored } = deploys()
    const v1 = version({ name: 'sid', attributes: { domain: 'example.com' } })
    const v2 = version({ name: 'sid' })
    await signIn(v1)
    expect(await validate(v2)).not.toBeNull()
    await signIn(version({ name: 'sid', attributes: { path: '/app' } }), 'Bob')
    expect(stored()).toHaveLength(2)
    events.length = 0
    expect(await validate(v2)).toBeNull()
    expect(events).toContainEqual({
      type: 'token-rejected',
      carrier: 'Cookie',
      reason: 'ambiguous',
    })
  })
})

describe('C1: [T20] an ambiguous request', () => {
  const domain = { name: 'sid', attributes: { domain: 'example.com' } }

  it('is resolved by a sign-in, which deletes the host-only twin', async () => {
    const { version, validate, signIn, stored } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    const session = await signIn(now, 'Bob')
    expect(stored(), 'one cookie is not ambiguous').toHaveLength(2)
    expect(await validate(now)).toBeNull()
    const again = await signIn(now, 'Eve')
    expect(stored()).toHaveLength(1)
    expect(await validate(now)).toMatchObject({ sessionId: again.sessionId })
    expect(again.sessionId).not.toBe(session.sessionId)
  })

  it('is resolved by a sign-out, which deletes both', async () => {
    const { version, validate, signIn, signOut, stored } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    await signIn(now, 'Bob')
    await signOut(now)
    expect(stored()).toEqual([])
    expect(await validate(now)).toBeNull()
  })

  it('deletes no cookie until a sign-in or sign-out', async () => {
    const { version, validate, signIn, stored } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    await signIn(now, 'Bob')
    const before = stored()
    expect(await validate(now)).toBeNull()
    expect(stored()).toEqual(before)
  })

  it('does not delete a twin when there is one cookie, or when the twin is the current form', async () => {
    const { version, signIn, browse } = deploys()
    const count = (options: SessionCookieOptions) =>
      browse(
        version(options),
        (request) => {
          request.setSession(null)
          return request.cookie()?.deletions.length
        },
        { method: 'POST' },
      )
    await signIn(version({ name: 'sid' }))
    expect(await count(domain)).toBe(0)
  })

  it('sets one cookie of its name when the current form is host-only', async () => {
    const { version, plant, browse } = deploys()
    plant('sid=a; Path=/; Secure')
    plant('sid=b; Path=/; Secure; Domain=example.com')
    const auth = version({ name: 'sid' })
    const cookie = await browse(
      auth,
      (request) => {
        request.setSession(null)
        return request.cookie()
      },
      { method: 'POST' },
    )
    expect(cookie?.deletions).toEqual([])
  })
})

describe('C1: [T20] two values of one name', () => {
  const moved = {
    name: 'sid',
    attributes: { domain: 'example.com' },
    formerly: [{ name: 'sid' }],
  }
  it('are both validated when two forms have the name: the one that opens a session wins', async () => {
    const { version, validate, signIn, plant } = deploys()
    const auth = version(moved)
    const session = await signIn(auth)
    plant('sid=garbage; Path=/; Secure')
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
    plant(`sid=${'u'.repeat(22)}.${'u'.repeat(43)}; Path=/; Secure`)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })

  it('are ambiguous when both open a session, until a sign-in deletes both', async () => {
    const { version, validate, signIn, stored, events } = deploys()
    const auth = version(moved)
    await signIn(version({ name: 'sid', attributes: { domain: 'example.com' } }))
    await signIn(version({ name: 'sid' }), 'Bob')
    expect(stored()).toHaveLength(2)
    events.length = 0
    expect(await validate(auth)).toBeNull()
    expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'ambiguous' }])
    const session = await signIn(auth, 'Eve')
    expect(stored()).toHaveLength(1)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })

  it('are not deleted when neither opens a session, as one can belong to another app', async () => {
    const { version, validate, plant, stored } = deploys()
    plant(`sid=${'u'.repeat(22)}.${'u'.repeat(43)}; Path=/; Secure`)
    plant(`sid=${'v'.repeat(22)}.${'v'.repeat(43)}; Path=/; Secure; Domain=example.com`)
    expect(await validate(version(moved))).toBeNull()
    expect(stored()).toHaveLength(2)
  })

  it('are ambiguous when there are more than forms, without a read', async () => {
    const { version, validate, signIn, plant, events } = deploys()
    const auth = version(moved)
    await signIn(auth)
    plant('sid=one; Path=/; Secure')
    plant('sid=two; Path=/app; Secure')
    events.length = 0
    expect(await validate(auth)).toBeNull()
    expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'ambiguous' }])
  })

  it('count as one when they are equal', async () => {
    const { version, validate, signIn, plant, stored } = deploys()
    const auth = version({ name: 'sid', attributes: { domain: 'example.com' } })
    const session = await signIn(auth)
    plant(`sid=${stored()[0]!.value}; Path=/; Secure`)
    expect(stored()).toHaveLength(2)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })
})

describe('C2: [T18] an earlier name of the cookie', () => {
  const eve = 'sid=Eve'
  type Case = [current: 'opens' | 'expired' | 'none', planted: string, finds: boolean]
  it.each<Case>([
    ['opens', eve, true],
    ['opens', 'sid=x; sid=y', true],
    ['expired', 'sid=x', false],
    ['none', 'sid=x; sid=y', false],
  ])('the current cookie: %s, with %s: finds %j', async (current, planted, finds) => {
    const auth = limen({ store: memoryStore(), sessionCookie: { formerly: [{ name: 'sid' }] } })
    const tokenOf = async (userId: string) =>
      auth.createBearerToken(
        await auth.createSession(await auth.createUser({ userId, attributes: {} })),
      )
    const ada = current === 'expired' ? `${'u'.repeat(22)}.${'u'.repeat(43)}` : await tokenOf('ada')
    const own = current === 'none' ? '' : `__Host-Http-session=${ada}; `
    const Cookie = own + planted.replace('Eve', await tokenOf('eve'))

    const session = await auth
      .handleRequest({ method: 'GET', headers: new Headers({ Cookie }) })
      .validate()
    expect(session?.user.userId).toBe(finds ? 'ada' : undefined)
  })
})

describe('C1: auth.readSessionCookie()', () => {
  it('reads every form, and returns null when there are several', () => {
    const { version } = deploys()
    const auth = version({ name: 'now', formerly: [{ name: 'then' }] })
    const read = (Cookie: string) => auth.readSessionCookie({ headers: new Headers({ Cookie }) })
    expect(read('now=a')).toBe('a')
    expect(read('then=b')).toBe('b')
    expect(read('then=a; now=a')).toBe('a')
    expect(read('then=b; now=a'), 'the current name counts first').toBe('a')
    expect(read('now=a; now=b')).toBeNull()
    expect(read('x=a')).toBeNull()
    expect(read('now=')).toBeNull()
  })
})

describe('sessionCookie.formerly', () => {
  it('sends a deleting cookie for each other form, and none for the current one', () => {
    const { version } = deploys()
    const forms = [{ name: 'a' }, { name: 'b', domain: 'example.com' }, { name: 'c', path: '/x' }]
    const auth = version({ name: 'a', formerly: forms })
    const lines = auth.createSessionCookie(null).deletions.map((one) => one.serialize())
    const expired =
      'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax'
    expect(lines).toEqual([`b=; Domain=example.com; Path=/; ${expired}`, `c=; Path=/x; ${expired}`])
    for (const cookie of auth.createSessionCookie(null).deletions) {
      expect(cookie).toMatchObject({ value: '', deletions: [] })
    }
  })
})
