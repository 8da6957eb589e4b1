/** C1, C2: the cookie changes its name, domain, path or partition in a deploy, in a browser. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../test/app.ts'
import { type Kept, cookieHeader, keep } from '../test/browser.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'
import type { SessionCookieOptions } from './session-cookie.ts'

const HOST = 'https://app.example.com'
const DAY = 86_400_000

type Form = NonNullable<SessionCookieOptions['formerly']>[number]

/** The configuration whose present form this is. */
function formOf({ name, ...attributes }: Form): SessionCookieOptions {
  return { attributes, ...(name !== undefined && { name }) }
}

/** Versions of one app over one store and one clock, and a browser that visits them. */
function deploys() {
  const { store, clock } = createApp()
  const events: object[] = []
  let jar: Kept[] = []

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

  /** One page view or form: what the app does, with the cookies that the browser sends and keeps. */
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
        lines = [cookie, ...cookie.formerly].map((one) => one.serialize())
      },
    })
    const answer = await act(authRequest)
    for (const line of lines) jar = keep(jar, line, url)
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
    kept: () => jar,
    plant: (line: string, url = HOST) => (jar = keep(jar, line, url)),
  }
}

const changes: [what: string, before: Form, after: Form][] = [
  ['C1: gets a domain', {}, { domain: 'example.com' }],
  ['C1: loses its domain', { domain: 'example.com' }, {}],
  ['C1: changes its domain', { domain: 'example.com' }, { domain: 'app.example.com' }],
  ['C1: gets a path', {}, { path: '/app' }],
  ['C1: loses its path', { path: '/app' }, {}],
  ['C1: becomes partitioned', {}, { partitioned: true }],
  ['C1: is no longer partitioned', { partitioned: true }, {}],
  [
    'C1: keeps its name and becomes partitioned',
    { name: 'sid' },
    { name: 'sid', partitioned: true },
  ],
  [
    'C1: keeps its name and is no longer partitioned',
    { name: 'sid', partitioned: true },
    { name: 'sid' },
  ],
  ['C2: is renamed', { name: 'sid' }, { name: '__Host-id' }],
  ['C2: gets the default name', { name: 'auth_session' }, {}],
  ['C1: keeps its name and gets a domain', { name: 'sid' }, { name: 'sid', domain: 'example.com' }],
  [
    'C1: keeps its name and loses its domain',
    { name: 'sid', domain: 'example.com' },
    { name: 'sid' },
  ],
  ['C1: keeps its name and gets a path', { name: 'sid' }, { name: 'sid', path: '/app' }],
  ['C1: keeps its name and loses its path', { name: 'sid', path: '/app' }, { name: 'sid' }],
]

describe.each(changes)('a cookie that %s', (_, before, after) => {
  const old = () => {
    const browser = deploys()
    return { ...browser, v1: browser.version(formOf(before)) }
  }
  const next = { ...formOf(after), formerly: [before] }
  const both = [before, after]

  it('is read after the deploy, and moves to its new form when it is renewed', async () => {
    const { v1, version, validate, signIn, clock, kept } = old()
    const session = await signIn(v1)
    const v2 = version(next)
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId, fresh: false })
    expect(kept()).toHaveLength(1)
    clock.now += DAY
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId, fresh: true })
    expect(kept()).toHaveLength(1)
    expect(kept()[0]).toMatchObject({
      hostOnly: after.domain === undefined,
      path: after.path ?? '/',
      partitioned: after.partitioned ?? false,
    })
    expect(await validate(version(formOf(after)))).toMatchObject({ sessionId: session.sessionId })
  })

  it('is replaced by a sign-in', async () => {
    const { v1, version, validate, signIn, kept } = old()
    await signIn(v1)
    const v2 = version(next)
    const session = await signIn(v2, 'Bob')
    expect(kept()).toHaveLength(1)
    expect(await validate(v2)).toMatchObject({ sessionId: session.sessionId })
  })

  it('does not sign in again after a sign-out', async () => {
    const { v1, version, validate, signIn, signOut, kept } = old()
    await signIn(v1)
    const v2 = version(next)
    await signOut(v2)
    expect(kept()).toEqual([])
    for (const auth of [v1, v2]) expect(await validate(auth)).toBeNull()
  })

  it('is deleted when its session is gone', async () => {
    const { v1, version, validate, signIn, kept } = old()
    const session = await signIn(v1)
    const v2 = version(next)
    await v2.invalidateSession(session.sessionId)
    expect(await validate(v2)).toBeNull()
    expect(kept()).toEqual([])
  })

  it('survives a rollback where both versions have both forms in their lists', async () => {
    const { version, validate, signIn, signOut, clock, kept } = deploys()
    const v1 = version({ ...formOf(before), formerly: both })
    const v2 = version({ ...formOf(after), formerly: both })
    const session = await signIn(v1)
    expect(kept()).toHaveLength(1)
    for (const auth of [v2, v1, v2, v1]) {
      clock.now += DAY
      expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId, fresh: true })
      expect(kept()).toHaveLength(1)
    }
    await signOut(v2)
    expect(kept()).toEqual([])
    const again = await signIn(v2, 'Bob')
    expect(await validate(v1)).toMatchObject({ sessionId: again.sessionId })
    await signOut(v1)
    expect(kept()).toEqual([])
  })
})

describe('C1: without `formerly`', () => {
  it('a cookie with the old domain stays, and the request is ambiguous', async () => {
    const { version, validate, signIn, events, kept } = deploys()
    const v1 = version({ name: 'sid', attributes: { domain: 'example.com' } })
    const v2 = version({ name: 'sid' })
    await signIn(v1)
    expect(await validate(v2)).not.toBeNull()
    await signIn(version({ name: 'sid', attributes: { path: '/app' } }), 'Bob')
    expect(kept()).toHaveLength(2)
    events.length = 0
    expect(await validate(v2)).toBeNull()
    expect(events).toContainEqual({
      type: 'token-rejected',
      carrier: 'Cookie',
      reason: 'ambiguous',
    })
  })
})

describe('C1: an ambiguous request', () => {
  const domain = { name: 'sid', attributes: { domain: 'example.com' } }

  it('is resolved by a sign-in, which deletes the host-only twin', async () => {
    const { version, validate, signIn, kept } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    const session = await signIn(now, 'Bob')
    expect(kept(), 'one cookie is no ambiguity').toHaveLength(2)
    expect(await validate(now)).toBeNull()
    const again = await signIn(now, 'Eve')
    expect(kept()).toHaveLength(1)
    expect(await validate(now)).toMatchObject({ sessionId: again.sessionId })
    expect(again.sessionId).not.toBe(session.sessionId)
  })

  it('is resolved by a sign-out, which deletes both', async () => {
    const { version, validate, signIn, signOut, kept } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    await signIn(now, 'Bob')
    await signOut(now)
    expect(kept()).toEqual([])
    expect(await validate(now)).toBeNull()
  })

  it('deletes nothing while it is only read', async () => {
    const { version, validate, signIn, kept } = deploys()
    await signIn(version({ name: 'sid' }))
    const now = version(domain)
    await signIn(now, 'Bob')
    const before = kept()
    expect(await validate(now)).toBeNull()
    expect(kept()).toEqual(before)
  })

  it('sends the deletion of no twin where there is one cookie, or its form is the twin', async () => {
    const { version, signIn, browse } = deploys()
    const count = (options: SessionCookieOptions) =>
      browse(
        version(options),
        (request) => {
          request.setSession(null)
          return request.cookie()?.formerly.length
        },
        { method: 'POST' },
      )
    await signIn(version({ name: 'sid' }))
    expect(await count(domain)).toBe(0)
  })

  it('with the configured form host-only sends one cookie of its name', async () => {
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
    expect(cookie?.formerly).toEqual([])
  })
})

describe('C1: two values of one name', () => {
  const moved = {
    name: 'sid',
    attributes: { domain: 'example.com' },
    formerly: [{ name: 'sid' }],
  }
  it('are both read where two forms have it: the one that opens a session wins', async () => {
    const { version, validate, signIn, plant } = deploys()
    const auth = version(moved)
    const session = await signIn(auth)
    plant('sid=garbage; Path=/; Secure')
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
    plant(`sid=${'u'.repeat(22)}.${'u'.repeat(43)}; Path=/; Secure`)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })

  it('that both open a session are ambiguous, until a sign-in deletes both', async () => {
    const { version, validate, signIn, kept, events } = deploys()
    const auth = version(moved)
    await signIn(version({ name: 'sid', attributes: { domain: 'example.com' } }))
    await signIn(version({ name: 'sid' }), 'Bob')
    expect(kept()).toHaveLength(2)
    events.length = 0
    expect(await validate(auth)).toBeNull()
    expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'ambiguous' }])
    const session = await signIn(auth, 'Eve')
    expect(kept()).toHaveLength(1)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })

  it('that open nothing delete nothing, as one can be of another app', async () => {
    const { version, validate, plant, kept } = deploys()
    plant(`sid=${'u'.repeat(22)}.${'u'.repeat(43)}; Path=/; Secure`)
    plant(`sid=${'v'.repeat(22)}.${'v'.repeat(43)}; Path=/; Secure; Domain=example.com`)
    expect(await validate(version(moved))).toBeNull()
    expect(kept()).toHaveLength(2)
  })

  it('beyond the number of forms are ambiguous, without a read', async () => {
    const { version, validate, signIn, plant, events } = deploys()
    const auth = version(moved)
    await signIn(auth)
    plant('sid=one; Path=/; Secure')
    plant('sid=two; Path=/app; Secure')
    events.length = 0
    expect(await validate(auth)).toBeNull()
    expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'ambiguous' }])
  })

  it('that are equal are one', async () => {
    const { version, validate, signIn, plant, kept } = deploys()
    const auth = version({ name: 'sid', attributes: { domain: 'example.com' } })
    const session = await signIn(auth)
    plant(`sid=${kept()[0]!.value}; Path=/; Secure`)
    expect(kept()).toHaveLength(2)
    expect(await validate(auth)).toMatchObject({ sessionId: session.sessionId })
  })
})

describe('C2: a name that the app had before', () => {
  const eve = 'sid=Eve'
  type Case = [present: 'opens' | 'dead' | 'none', planted: string, finds: boolean]
  it.each<Case>([
    ['opens', eve, true],
    ['opens', 'sid=x; sid=y', true],
    ['dead', 'sid=x', false],
    ['none', 'sid=x; sid=y', false],
  ])('the present cookie %s, beside %s: %j', async (present, planted, finds) => {
    const auth = limen({ store: memoryStore(), sessionCookie: { formerly: [{ name: 'sid' }] } })
    const tokenOf = async (userId: string) =>
      auth.createBearerToken(
        await auth.createSession(await auth.createUser({ userId, attributes: {} })),
      )
    const ada = present === 'dead' ? `${'u'.repeat(22)}.${'u'.repeat(43)}` : await tokenOf('ada')
    const own = present === 'none' ? '' : `__Host-Http-session=${ada}; `
    const Cookie = own + planted.replace('Eve', await tokenOf('eve'))

    const session = await auth
      .handleRequest({ method: 'GET', headers: new Headers({ Cookie }) })
      .validate()
    expect(session?.user.userId).toBe(finds ? 'ada' : undefined)
  })
})

describe('C1: auth.readSessionCookie()', () => {
  it('reads every form, and none where they are several', () => {
    const { version } = deploys()
    const auth = version({ name: 'now', formerly: [{ name: 'then' }] })
    const read = (Cookie: string) => auth.readSessionCookie({ headers: new Headers({ Cookie }) })
    expect(read('now=a')).toBe('a')
    expect(read('then=b')).toBe('b')
    expect(read('then=a; now=a')).toBe('a')
    expect(read('then=b; now=a'), 'the present name counts first').toBe('a')
    expect(read('now=a; now=b')).toBeNull()
    expect(read('x=a')).toBeNull()
    expect(read('now=')).toBeNull()
  })
})

describe('sessionCookie.formerly', () => {
  it('sends a deleting cookie for each other form, and never one for the present', () => {
    const { version } = deploys()
    const forms = [{ name: 'a' }, { name: 'b', domain: 'example.com' }, { name: 'c', path: '/x' }]
    const auth = version({ name: 'a', formerly: forms })
    const lines = auth.createSessionCookie(null).formerly.map((one) => one.serialize())
    const gone = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax'
    expect(lines).toEqual([`b=; Domain=example.com; Path=/; ${gone}`, `c=; Path=/x; ${gone}`])
    for (const cookie of auth.createSessionCookie(null).formerly) {
      expect(cookie).toMatchObject({ value: '', formerly: [] })
    }
  })
})
