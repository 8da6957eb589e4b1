import { describe, expect, expectTypeOf, it } from 'vitest'
import { type AuthEvent, type Extension, type ExtensionSettings, handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { APP, COOKIE, createApp, visit } from '../test/app.ts'

/** An extension that admits a session only with a second value, as a proof cookie is one. */
function requireProof(log: unknown[] = []) {
  return ({ onCreate, admit }: ExtensionSettings) => ({
    async onCreate(session: Parameters<NonNullable<typeof onCreate>>[0]) {
      const before = await onCreate?.(session)
      log.push(['onCreate', session.id, session.userId])
      return {
        attributes: { ...before?.attributes, proof: 'p1' },
        withCookie: (
          cookie: Parameters<NonNullable<NonNullable<typeof before>['withCookie']>>[0],
        ) => ({
          ...cookie,
          headers: [['X-Offer', session.id] as const],
        }),
      }
    },
    async admit(...[session, request, isAdopted]: Parameters<NonNullable<typeof admit>>) {
      if (admit && !(await admit(session, request, isAdopted))) return false
      const { proof } = session.attributes as { proof?: string }
      return proof === undefined || request?.headers.get('X-Proof') === proof
    },
    calls: {
      proofOf: (session: { readonly sessionId: string }) => `proof of ${session.sessionId}`,
    },
  })
}

/** An extension that takes tokens of another system, in another cookie. */
function adoptFrom(sessions: Map<string, string>, seen: unknown[] = []) {
  return ({ cookies }: ExtensionSettings) => ({
    cookies: {
      ...cookies,
      find(headers: Parameters<typeof cookies.find>[0]) {
        const search = cookies.find(headers)
        const isOurs = search.type !== 'found' || search.candidates.some((one) => one.values.length)
        if (isOurs) return search
        const [, value] = /(?:^|; )old_session=(\w+)/.exec(headers.get('Cookie') ?? '') ?? []
        const values = value ? [value] : []
        return { type: 'found' as const, candidates: [{ values, isAmbiguous: false }] }
      },
    },
    async adopt(token: string, request: { readonly url?: string } | undefined) {
      seen.push([token, request?.url])
      return sessions.get(token) ?? null
    },
  })
}

const MEMBERS = { getUserAttributes: ({ name }: { name: string }) => ({ name }) }

async function createMembers<const Extensions extends readonly Extension[]>(
  extensions: Extensions,
  events: AuthEvent[] = [],
) {
  const store = memoryStore<{ name: string }, { device?: string }>()
  const onEvent = (event: AuthEvent) => void events.push(event)
  const plain = limen({ store, ...MEMBERS })
  const auth = limen({ store, ...MEMBERS, extensions, onEvent })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  return { auth, events, plain, store, userId }
}

describe('extensions', () => {
  it('onCreate adds attributes and headers to a new session, and only to its first cookie', async () => {
    const log: unknown[] = []
    const { auth, store, userId } = await createMembers([requireProof(log)])
    const request = new Request(APP, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    let sessionId = ''
    const response = await handle(auth, request, async (authRequest) => {
      const session = await auth.createSession({ userId, attributes: { device: 'phone' } })
      ;({ sessionId } = session)
      authRequest.setSession(session)
      return new Response('signed in')
    })
    expect(log).toEqual([['onCreate', sessionId, userId]])
    expect(response.headers.get('X-Offer')).toBe(sessionId)
    const stored = await store.read(sessionId, { consistency: 'strong' })
    expect(stored?.session.attributes).toEqual({ device: 'phone', proof: 'p1' })

    const [cookie] = response.headers.getSetCookie()[0]!.split(';')
    const headers = { Cookie: cookie!, 'X-Proof': 'p1', 'Sec-Fetch-Site': 'same-origin' }
    const next = await handle(auth, new Request(APP, { method: 'POST', headers }), async (open) => {
      const session = (await open.validate())!
      open.setSession(session)
      return new Response(session.sessionId)
    })
    expect(await next.text()).toBe(sessionId)
    expect(next.headers.has('X-Offer')).toBe(false)
  })

  it('onCreate sees a session that replaces another', async () => {
    const log: unknown[] = []
    const { auth, userId } = await createMembers([requireProof(log)])
    const session = await auth.createSession({ userId })
    const replaced = await auth.replaceSession(session)
    expect(log).toHaveLength(2)
    expect(auth.createSessionCookie(replaced).headers).toEqual([['X-Offer', replaced.sessionId]])
  })

  it('an error of onCreate refuses the sign-in, and nothing is stored', async () => {
    const onCreate = () => Promise.reject(new Error('no'))
    const { auth, userId } = await createMembers([() => ({ onCreate })])
    await expect(auth.createSession({ userId })).rejects.toThrow('no')
    expect(await auth.getAllUserSessions(userId)).toEqual([])
  })

  it('admit decides by cookie, bearer token, validateToken() and validateSession()', async () => {
    const { auth, events, userId } = await createMembers([requireProof()])
    const session = await auth.createSession({ userId })
    const token = auth.createBearerToken(session)
    events.length = 0
    const bearer = (headers: object) =>
      new Request(APP, { headers: { Authorization: `Bearer ${token}`, ...headers } })
    const unproven = { valid: false, reason: 'unproven' }

    for (const [request, expected] of [
      [visit(token), null],
      [visit(token, { 'X-Proof': 'p2' }), null],
      [visit(token, { 'X-Proof': 'p1' }), session.sessionId],
    ] as const) {
      const sent: unknown[] = []
      const context = { request, setCookie: (cookie: object) => void sent.push(cookie) }
      expect((await auth.openRequest(context).validate())?.sessionId ?? null).toBe(expected)
      // The cookie is not deleted: a proof can follow.
      expect(sent).toEqual([])
    }
    expect(await auth.handleRequest(bearer({})).validateBearerToken()).toBeNull()
    expect(
      await auth.handleRequest(bearer({ 'X-Proof': 'p1' })).validateBearerToken(),
    ).not.toBeNull()
    expect(await auth.validateToken({ token, consistency: 'strong' })).toEqual(unproven)
    const request = visit(null, { 'X-Proof': 'p1' })
    expect((await auth.validateToken({ token, consistency: 'strong', request })).valid).toBe(true)
    await expect(auth.validateSession(token)).rejects.toMatchObject({
      message: 'The token opens no session (unproven).',
    })
    const reasons = events.map((event) => event.type === 'token-rejected' && event.reason)
    expect(reasons).toEqual(['unproven', 'unproven', 'unproven'])
  })

  it('admit is asked before an idle session is renewed, and not for a wrong secret', async () => {
    const asked: unknown[] = []
    const admit: ExtensionSettings['admit'] = ({ id }) => {
      asked.push(id)
      return false
    }
    const { auth, calls, clock, signIn } = createApp({ extensions: [() => ({ admit })] })
    const { session, token } = await signIn()
    clock.now += 2 * 86_400_000
    await auth.validateToken({ token, consistency: 'strong' })
    expect(calls).toEqual(['read'])
    const wrong = `${token.slice(0, -5)}AAAAA`
    const { valid } = await auth.validateToken({ token: wrong, consistency: 'strong' })
    expect([valid, asked]).toEqual([false, [session.sessionId]])
  })

  it('adopt takes a token of another format, and sends the session cookie', async () => {
    const old = new Map<string, string>()
    const seen: unknown[] = []
    const { auth, plain, userId } = await createMembers([adoptFrom(old, seen)])
    const token = plain.createBearerToken(await plain.createSession({ userId }))
    old.set('abc123', token)
    const request = new Request(APP, { headers: { Cookie: 'a=1; old_session=abc123' } })
    const response = await handle(auth, request, async (authRequest) => {
      const session = await authRequest.validate()
      return new Response(`${session?.user.name} ${session?.fresh}`)
    })
    expect(await response.text()).toBe('Ada true')
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringContaining(`${COOKIE}=${token}; Path=/; Max-Age=`) as string,
    ])
    expect(seen).toEqual([['abc123', `${APP}/`]])
    expect(auth.readSessionCookie(request)).toBe('abc123')

    // With the new cookie, the other one is not looked at.
    const both = visit(token, { Cookie: `${COOKIE}=${token}; old_session=abc123` })
    expect((await auth.handleRequest(both).validate())?.fresh).toBe(false)
    expect(seen).toHaveLength(1)
    const bearer = new Request(APP, { headers: { Authorization: 'Bearer abc123' } })
    expect((await auth.handleRequest(bearer).validateBearerToken())?.user.name).toBe('Ada')
    expect((await auth.validateSession('abc123')).fresh).toBe(true)
    expect(await auth.validateToken({ token: 'zzz', consistency: 'eventual' })).toEqual({
      valid: false,
      reason: 'malformed',
    })
  })

  it('admit receives whether the client sent a token that adopt took', async () => {
    const seen: boolean[] = []
    const old = new Map<string, string>()
    const admit: ExtensionSettings['admit'] = (_session, _request, isAdopted) => {
      seen.push(isAdopted)
      return true
    }
    const { auth, plain, userId } = await createMembers([adoptFrom(old), () => ({ admit })])
    const token = plain.createBearerToken(await plain.createSession({ userId }))
    old.set('abc123', token)
    for (const sent of [token, 'abc123', token]) await auth.validateSession(sent)
    expect(seen).toEqual([false, true, false])
  })

  it('adopt is not called on a request that the CSRF rules refuse', async () => {
    const seen: unknown[] = []
    const { auth } = await createMembers([adoptFrom(new Map(), seen)])
    const headers = { Cookie: 'old_session=abc123', 'Sec-Fetch-Site': 'cross-site' }
    const request = new Request(APP, { method: 'POST', headers })
    expect(await auth.handleRequest(request).validate()).toBeNull()
    expect(seen).toEqual([])
  })

  it('tokens replaces the format of tokens and ids', async () => {
    let made = 0
    const tokens: ExtensionSettings['tokens'] = {
      create: () => {
        const id = `id${++made}`.padEnd(40, 'x')
        return { id, secret: id, token: id }
      },
      parse: (token) =>
        typeof token === 'string' && /^[a-z0-9]{40}$/.test(token) ? [token, token] : null,
      isId: (id): id is string => typeof id === 'string' && /^[a-z0-9]{40}$/.test(id),
    }
    const { auth, userId } = await createMembers([() => ({ tokens })])
    const session = await auth.createSession({ userId })
    const token = auth.createBearerToken(session)
    expect(token).toBe('id1'.padEnd(40, 'x'))
    expect((await auth.handleRequest(visit(token)).validate())?.sessionId).toBe(session.sessionId)
    expect((await auth.getSession(token))?.sessionId).toBe(token)
    expect(await auth.handleRequest(visit(`${token}y`)).validate()).toBeNull()
    // An id of this format is a token too.
    await auth.invalidateSession(session.sessionId)
    expect(await auth.getSession(token)).toBeNull()
  })

  it('calls are added to auth, typed, and replace none of its own', async () => {
    const other = () => ({ calls: { other: () => 5, createSession: () => 'mine', now: () => 0 } })
    const { auth, userId } = await createMembers([requireProof(), other])
    const session = await auth.createSession({ userId })
    expect(auth.proofOf(session)).toBe(`proof of ${session.sessionId}`)
    expect(auth.other()).toBe(5)
    expect(auth.now()).toBeGreaterThan(0)
    expectTypeOf(auth.other).returns.toEqualTypeOf<number>()
    expectTypeOf(auth.proofOf).returns.toEqualTypeOf<string>()
    const plain = limen({ store: memoryStore() })
    expectTypeOf(plain).not.toHaveProperty('other')
  })

  it('each extension receives what those before it changed', async () => {
    const order: string[] = []
    const named = (name: string) => (settings: ExtensionSettings) => ({
      onCreate: async (session: Parameters<NonNullable<ExtensionSettings['onCreate']>>[0]) => {
        const before = await settings.onCreate?.(session)
        order.push(name)
        return { attributes: { ...before?.attributes, [name]: true } }
      },
    })
    const { auth, store, userId } = await createMembers([named('first'), named('second')])
    const { sessionId } = await auth.createSession({ userId })
    expect(order).toEqual(['first', 'second'])
    const stored = await store.read(sessionId, { consistency: 'strong' })
    expect(stored?.session.attributes).toEqual({ first: true, second: true })
  })

  it.each([
    ['admits', { admits: () => false }],
    ['admit', { admit: 'no' }],
    ['store', { store: null }],
  ])('a wrong setting is refused by name: %s', (name, changes) => {
    const create = () => limen({ store: memoryStore(), extensions: [() => changes as object] })
    expect(create).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG' }))
    expect(create).toThrow(`extension: ${name}`)
  })

  it('undefined leaves a setting as it is, and only true admits', async () => {
    const refuse = () => ({ admit: () => false })
    const careless = () => ({ admit: undefined, adopt: undefined })
    const truthy = () => ({ admit: () => ({ ok: false }) as never })
    for (const extensions of [[refuse, careless], [truthy]]) {
      const { auth, userId } = await createMembers(extensions as [])
      const token = auth.createBearerToken(await auth.createSession({ userId }))
      const { valid } = await auth.validateToken({ token, consistency: 'strong' })
      expect(valid).toBe(false)
    }
  })

  it('attributes of onCreate are checked like those of the app', async () => {
    const onCreate = () => ({ attributes: { at: new Date() } })
    const { auth, userId } = await createMembers([() => ({ onCreate })])
    await expect(auth.createSession({ userId })).rejects.toMatchObject({
      code: 'AUTH_INVALID_ATTRIBUTES',
    })
    expect(await auth.getAllUserSessions(userId)).toEqual([])
  })

  it('adopt that returns no token of the format is called once', async () => {
    let calls = 0
    const adopt = async (token: string) => (calls++, token)
    const { auth } = await createMembers([() => ({ adopt })])
    expect(await auth.handleRequest(visit('x')).validate()).toBeNull()
    expect(await auth.validateToken({ token: 'x', consistency: 'strong' })).toEqual({
      valid: false,
      reason: 'malformed',
    })
    expect(calls).toBe(2)
  })

  it('adopt is called once a request, and only where a cookie can be sent', async () => {
    const old = new Map<string, string>()
    const seen: unknown[] = []
    const { auth, plain, userId } = await createMembers([adoptFrom(old, seen)])
    old.set('abc123', plain.createBearerToken(await plain.createSession({ userId })))
    const cookie = { Cookie: 'old_session=abc123' }
    for (const [method, headers, more] of [
      ['HEAD', {}, {}],
      ['GET', { 'Sec-Purpose': 'prefetch' }, {}],
      ['GET', {}, { mayRenew: () => false }],
    ] as const) {
      const request = new Request(APP, { method, headers: { ...cookie, ...headers } })
      expect(await auth.openRequest({ request, setCookie() {}, ...more }).validate()).toBeNull()
    }
    expect(seen).toEqual([])

    const request = new Request(APP, { headers: cookie })
    const sent: unknown[] = []
    const authRequest = auth.openRequest({ request, setCookie: (one) => void sent.push(one) })
    const session = await authRequest.validate()
    authRequest.invalidate()
    expect((await authRequest.validate())?.sessionId).toBe(session!.sessionId)
    expect([seen.length, sent.length]).toEqual([1, 1])
  })
})
