import { describe, expect, it } from 'vitest'
import { APP, COOKIE, DAY, createApp, notingStore, visit } from '../test/app.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'
import type { Consistency } from './store.ts'

const deleting = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
const renewing = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`
const forged = (token: string) => `${token.slice(0, 22)}.${'f'.repeat(43)}`
const unknown = `${'u'.repeat(22)}.${'u'.repeat(43)}`

describe('validate(), counted at the store', () => {
  type App = ReturnType<typeof createApp>
  type Ask = (app: App, token: string) => Request
  const cases: [what: string, ask: Ask, calls: string[]][] = [
    ['an anonymous request', () => visit(null), []],
    ['a malformed token', () => visit('nonsense'), []],
    ['P5: a refused request', (_, t) => visit(t, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'), []],
    ['an ambiguous cookie', (_, t) => visit(null, { Cookie: `${COOKIE}=${t}; ${COOKIE}=x` }), []],
    ['an active session', (_, t) => visit(t), ['read']],
    ['a same-origin POST', (_, t) => visit(t, {}, 'POST'), ['read']],
    ['a forged secret', (_, t) => visit(forged(t)), ['read']],
    ['an unknown id', () => visit(unknown), ['read']],
    [
      'an idle session',
      ({ clock }, t) => {
        clock.now += DAY
        return visit(t)
      },
      ['read', 'renew'],
    ],
    [
      'a dead session on a POST',
      ({ clock }, t) => {
        clock.now += 15 * DAY
        return visit(t, {}, 'POST')
      },
      ['read'],
    ],
    [
      'a dead session on a GET, where an old copy could lie',
      ({ clock }, t) => {
        clock.now += 15 * DAY
        return visit(t)
      },
      ['read', 'read'],
    ],
  ]
  it.each(cases)('%s', async (_, ask, calls) => {
    const app = createApp()
    const { token } = await app.signIn()
    const { authRequest } = app.open(ask(app, token))
    await Promise.all([authRequest.validate(), authRequest.validate(), authRequest.validate()])
    expect(app.calls).toEqual(calls)
  })
})

describe('validate(), counted at the headers', () => {
  const own = (token: string) => token
  const none = () => null
  const cases: [
    what: string,
    cookie: (token: string) => string | null,
    method: string,
    read: string[],
    because: string,
  ][] = [
    ['an anonymous page view', none, 'GET', ['Cookie'], 'nothing is used that would be judged'],
    ['an anonymous POST', none, 'POST', ['Cookie'], 'nothing is used that would be judged'],
    ['a malformed token', () => 'x', 'POST', ['Cookie'], 'nothing is used that would be judged'],
    ['an ambiguous one', (token) => `${token}; ${COOKIE}=x`, 'POST', ['Cookie'], 'likewise'],
    ['a page view', own, 'GET', ['Cookie', 'Upgrade'], 'a WebSocket handshake is a GET too'],
    ['a POST', own, 'POST', ['Cookie', 'Origin', 'Sec-Fetch-Site'], 'its sender is judged'],
  ]
  it.each(cases)('%s, cookie %s, %s: %j, because %s', async (_, cookie, method, read) => {
    const app = createApp()
    const { token } = await app.signIn()
    const { headers, url } = visit(cookie(token), {}, method)
    const seen: string[] = []
    const get = (name: string) => {
      seen.push(name)
      return headers.get(name)
    }
    const authRequest = app.auth.openRequest({ request: { method, url, headers: { get } } })
    expect(seen).toEqual([])

    expect((await authRequest.validate()) !== null).toBe(cookie === own)
    expect(seen).toEqual(read)
  })
})

describe('P4: a failure', () => {
  it('that nobody looks at yet brings no process down', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    const unhandled: unknown[] = []
    const onUnhandled = (reason: unknown) => unhandled.push(reason)
    globalThis.process?.on('unhandledRejection', onUnhandled)
    app.faults.set('read', new Error('down'))
    const { authRequest } = app.open(visit(token))
    const asked = authRequest.validate()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await expect(asked).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    globalThis.process?.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })
})

describe('waitUntil', () => {
  it('is looked for only when a session is renewed: a framework may throw where it has none', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    let looks = 0
    const validate = () => {
      const request = visit(token)
      const context = {
        request,
        setCookie() {},
        get waitUntil() {
          return void looks++
        },
      }
      return app.auth.openRequest(context).validate()
    }
    await validate()
    expect(looks).toBe(0)
    app.clock.now += DAY
    await validate()
    expect(looks).toBeGreaterThan(0)
  })
})

describe('origin', () => {
  it('is judged once, when somebody first asks, and a refusal is told then', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    app.events.length = 0
    const forged = { 'Sec-Fetch-Site': 'cross-site' }

    const { authRequest: anonymous } = app.open(visit(null, forged, 'POST'))
    await anonymous.validate()
    expect(app.events).toEqual([])
    expect(anonymous.origin).toBe(anonymous.origin)
    expect(app.events).toEqual([{ type: 'origin-refused', reason: 'cross-site' }])

    const { authRequest } = app.open(visit(token, forged, 'POST'))
    expect(app.events).toHaveLength(1)
    await authRequest.validate()
    expect(app.events).toHaveLength(2)
  })
})

describe('validate(), how fresh it reads', () => {
  async function consistencies(method: string, headers: Record<string, string> = {}) {
    const asked: Consistency[] = []
    const { open, signIn } = createApp({ store: notingStore(asked) })
    const { token } = await signIn()
    const all = new Headers({ Cookie: `${COOKIE}=${token}`, Origin: APP, ...headers })
    const { authRequest } = open({ method, url: APP, headers: all })
    await authRequest.validate()
    authRequest.invalidate()
    await authRequest.validate()
    return asked
  }

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])(
    '%s: eventually, strongly after invalidate()',
    async (method) => {
      expect(await consistencies(method)).toEqual(['eventual', 'strong'])
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'get'])('%s: strongly', async (method) => {
    expect(await consistencies(method)).toEqual(['strong', 'strong'])
  })

  it('WebSocket handshake: strongly', async () => {
    expect(await consistencies('GET', { Upgrade: 'websocket' })).toEqual(['strong', 'strong'])
  })

  it('takes an old copy that looks dead for no answer', async () => {
    const plain = memoryStore<{ name: string }, { device: string }>()
    let old: Awaited<ReturnType<typeof plain.read>> = null
    const store = {
      ...plain,
      read: (id: string, options: { consistency: 'eventual' | 'strong' }) =>
        options.consistency === 'eventual' ? Promise.resolve(old) : plain.read(id, options),
    }
    const { auth, clock, open, signIn } = createApp({ store })
    const { session, token } = await signIn()
    old = await plain.read(session.sessionId, { consistency: 'strong' })
    clock.now += 15 * DAY - 1
    await auth.validateSession(token)
    clock.now += 2
    expect(await open(visit(token)).authRequest.validate()).toMatchObject({ state: 'active' })
  })
})

describe('renewal', () => {
  it('sends the cookie again, always', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY - 1
    const active = open(visit(token))
    await active.authRequest.validate()
    expect(active.sent()).toEqual([])
    for (let visitNumber = 0; visitNumber < 3; visitNumber++) {
      clock.now += DAY
      const idle = open(visit(token))
      const session = await idle.authRequest.validate()
      expect(session).toMatchObject({ state: 'active', fresh: true })
      expect(idle.sent()).toEqual([renewing(token)])
      expect(idle.cookies[0]?.renewal).toBe(true)
    }
  })

  it.each<[what: string, method: string, headers: Record<string, string>]>([
    ['a HEAD request', 'HEAD', {}],
    ['a prefetch', 'GET', { 'Sec-Purpose': 'prefetch' }],
    ['a prerender', 'GET', { 'Sec-Purpose': 'prefetch;prerender' }],
  ])('is not done by %s', async (_, method, headers) => {
    const { calls, clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token, headers, method))
    expect(await authRequest.validate()).toMatchObject({ state: 'idle', fresh: false })
    expect(calls).toEqual(['read'])
    expect(sent()).toEqual([])
  })

  it('P1: of a session that is gone meanwhile gives null', async () => {
    const plain = memoryStore<{ name: string }, { device: string }>()
    const store = { ...plain, renew: async () => false }
    const { clock, events, open, signIn } = createApp({ store })
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([deleting])
    expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'unknown' }])
  })

  it('P4: that the store does not confirm rejects, and keeps the cookie', async () => {
    const { clock, faults, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    faults.set('renew', new Error('down'))
    const { authRequest, sent } = open(visit(token))
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(sent()).toEqual([])
  })

  it('does not hold the answer where waitUntil is at hand, and a failed write is an event', async () => {
    for (const failure of [null, new Error('down')]) {
      const { auth, clock, events, faults, open, signIn } = createApp()
      const { session, token } = await signIn()
      clock.now += DAY
      if (failure) faults.set('renew', failure)
      const pending: Promise<unknown>[] = []
      const { authRequest, sent } = open(visit(token), {
        waitUntil: (work) => pending.push(work),
      })

      const renewed = await authRequest.validate()

      expect(renewed).toMatchObject({ state: 'active', fresh: true })
      expect(renewed?.idlePeriodExpiresAt).toEqual(new Date(clock.now + 15 * DAY))
      expect(sent()).toEqual([renewing(token)])
      expect(pending).toHaveLength(1)
      await expect(Promise.all(pending)).resolves.toBeDefined()
      const { userId } = session.user
      expect(events).toEqual([
        failure
          ? { type: 'store-failed', call: 'renew', code: 'AUTH_STORE_UNAVAILABLE' }
          : { type: 'renewed', sessionId: session.sessionId, userId },
      ])
      expect((await auth.getSession(session.sessionId))?.state).toBe(failure ? 'idle' : 'active')
    }
  })

  it('stays fresh after invalidate(), and its cookie stays', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token))
    await authRequest.validate()
    authRequest.invalidate()
    expect(await authRequest.validate()).toMatchObject({ state: 'active', fresh: true })
    expect(sent()).toEqual([renewing(token)])
  })

  it('never overrides a sign-out, also one that overtakes it', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token))
    const asked = authRequest.validate()
    authRequest.setSession(null)
    await asked
    expect(sent()).toEqual([deleting])
    expect(authRequest.cookie()?.serialize()).toBe(deleting)
    expect(await authRequest.validate()).toBeNull()
  })

  it('gives way to a sign-in and a sign-out after it', async () => {
    const { clock, auth, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest } = open(visit(token))
    const session = await authRequest.validate()
    expect(authRequest.cookie()?.serialize()).toBe(renewing(token))
    authRequest.setSession(null)
    expect(authRequest.cookie()?.serialize()).toBe(deleting)
    authRequest.setSession(session)
    expect(authRequest.cookie()?.serialize()).toBe(auth.createSessionCookie(session).serialize())
    expect(authRequest.cookie()?.renewal).toBe(false)
  })

  it('gives way to the deleting cookie when the session is revoked after it', async () => {
    const { clock, auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    clock.now += DAY
    const { authRequest } = open(visit(token, { 'Sec-Fetch-Mode': 'navigate' }))
    await authRequest.validate()
    await auth.invalidateSession(session.sessionId)
    authRequest.invalidate()
    expect(await authRequest.validate()).toBeNull()
    expect(authRequest.cookie()?.serialize()).toBe(deleting)
  })
})

describe('a cookie that opens nothing', () => {
  type Case = [
    what: string,
    headers: Record<string, string>,
    method: string,
    cookie: (token: string) => string,
    deletes: boolean,
  ]
  const navigate = { 'Sec-Fetch-Mode': 'navigate' }
  const cases: Case[] = [
    ['an unknown one on a navigation', navigate, 'GET', () => unknown, true],
    ['an unknown one on a fetch', { 'Sec-Fetch-Mode': 'cors' }, 'GET', () => unknown, false],
    ['an unknown one on a POST', navigate, 'POST', () => unknown, false],
    [
      'an unknown one on a prefetch',
      { ...navigate, 'Sec-Purpose': 'prefetch' },
      'GET',
      () => unknown,
      false,
    ],
    ['a forged one', navigate, 'GET', forged, false],
    ['a malformed one', navigate, 'GET', () => 'x', false],
    ['an ambiguous one', navigate, 'GET', (token) => `${token}; ${COOKIE}=x`, false],
  ]
  it.each(cases)('%s', async (_, headers, method, cookie, deletes) => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest, sent } = open(visit(cookie(token), headers, method))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual(deletes ? [deleting] : [])
  })

  it('is deleted when its session is dead, on a navigation', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += 15 * DAY
    const { authRequest, sent } = open(visit(token))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([deleting])
  })

  it('is not deleted by a late answer, once setSession() has spoken', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(unknown))
    const asked = authRequest.validate()
    authRequest.setSession(session)
    expect(await asked).toBeNull()
    expect(sent()).toEqual([renewing(token)])
  })

  it('is never deleted where the store cannot be sure', async () => {
    const store = {
      ...memoryStore<{ name: string }, { device: string }>(),
      traits: { staleMisses: true },
    }
    const { authRequest, sent } = createApp({ store }).open(visit(unknown))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([])
  })

  it('P5: keeps a refused request’s cookie', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const request = visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    const { authRequest, sent } = open(request)
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([])
  })
})

describe('C5: a Cookie header that is too large to be read', () => {
  it.each([
    [16_384, true],
    [16_385, false],
    [100_000, false],
  ])('of %i characters is read: %s', async (length, isRead) => {
    const { auth, calls, events, open, signIn } = createApp()
    const { token } = await signIn()
    const pair = `${COOKIE}=${token}; a=`
    const Cookie = pair + 'x'.repeat(length - pair.length)
    const headers = { get: (name: string) => (name === 'Cookie' ? Cookie : null) }
    const { authRequest, sent } = open({ method: 'GET', url: APP, headers })
    expect((await authRequest.validate()) !== null).toBe(isRead)
    expect(calls).toEqual(isRead ? ['read'] : [])
    expect(events).toEqual(
      isRead ? [] : [{ type: 'token-rejected', carrier: 'Cookie', reason: 'header-too-large' }],
    )
    expect(sent()).toEqual([])
    expect(auth.readSessionCookie({ headers })).toBe(isRead ? token : null)
  })

  it('keeps nobody from signing in or out', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const headers = { get: (name: string) => (name === 'Cookie' ? 'x'.repeat(20_000) : null) }
    const { authRequest, sent } = open({ method: 'GET', url: APP, headers })
    authRequest.setSession(session)
    expect(sent()).toEqual([renewing(token)])
    expect(await authRequest.validate()).not.toBeNull()
  })
})

describe('P4: an outage', () => {
  it('rejects, deletes nothing and is not remembered', async () => {
    const { calls, faults, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest, sent } = open(visit(token))
    faults.set('read', new Error('down'))
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    faults.clear()
    expect(await authRequest.validate()).not.toBeNull()
    expect(calls).toEqual(['read', 'read', 'read'])
    expect(sent()).toEqual([])
  })

  it('does not clear an answer that a later question got', async () => {
    const { calls, faults, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    faults.set('read', new Error('down'))
    const failing = authRequest.validate()
    authRequest.invalidate()
    faults.clear()
    const succeeding = authRequest.validate()
    await expect(failing).rejects.toThrow()
    expect(await succeeding).not.toBeNull()
    expect(await authRequest.validate()).toBe(await succeeding)
    expect(calls).toEqual(['read', 'read'])
  })

  it('is asked again once, by the first of two who were told', async () => {
    const { calls, faults, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    faults.set('read', new Error('down'))
    const first = authRequest.validate().catch(() => {
      faults.clear()
      return authRequest.validate()
    })
    const second = authRequest.validate().catch(() => 'told')
    expect(await second).toBe('told')
    expect(await authRequest.validate()).toBe(await first)
    expect(calls).toEqual(['read', 'read'])
  })
})

describe('setSession()', () => {
  it('speaks for the new session from then on, also on a request that had none', async () => {
    const { auth, calls, open, signIn } = createApp()
    const { user } = await signIn()
    const { authRequest, sent } = open(visit(null, {}, 'POST'))
    expect(await authRequest.validate()).toBeNull()
    const session = await auth.createSession({
      userId: user.userId,
      attributes: { device: 'Phone' },
    })
    calls.length = 0
    authRequest.setSession(session)
    expect(calls).toEqual([])
    expect(await authRequest.validate()).toMatchObject({
      sessionId: session.sessionId,
      fresh: true,
    })
    expect(sent()).toEqual([renewing(auth.createBearerToken(session))])
  })

  it('P5: throws on a request that the CSRF rules refuse, sign-in and sign-out alike', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    for (const cookie of [token, null]) {
      const request = visit(cookie, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const { authRequest, sent } = open(request)
      for (const given of [session, null]) {
        expect(() => authRequest.setSession(given)).toThrow(
          expect.objectContaining({ code: 'AUTH_UNTRUSTED_ORIGIN' }),
        )
      }
      expect(sent()).toEqual([])
      authRequest.setSession(session, { unsafeSkipOriginCheck: true })
      expect(sent()).toEqual([renewing(token)])
      expect(await authRequest.validate()).not.toBeNull()
    }
  })

  it('takes no copy of a session, and changes nothing then', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(token, {}, 'POST'))
    expect(() => authRequest.setSession({ ...session })).toThrow(
      expect.objectContaining({ code: 'AUTH_INVALID_SESSION_ID' }),
    )
    expect(sent()).toEqual([])
    expect(await authRequest.validate()).not.toBeNull()
  })

  it('takes what is no session for none', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    const { authRequest } = app.open(visit(token))
    const [missing] = [] as never[]
    authRequest.setSession(missing!)
    expect(await authRequest.validate()).toBeNull()
  })
})

describe('what an AuthRequest says of itself', () => {
  it('which headers its answers depended on, and whether a session was found', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const unasked = open(visit(token)).authRequest
    expect([unasked.vary, unasked.wasRead]).toEqual([[], false])
    const anonymous = open(visit(null)).authRequest
    await anonymous.validate()
    expect([anonymous.vary, anonymous.wasRead]).toEqual([['Cookie'], false])
    const known = open(visit(token)).authRequest
    await known.validate()
    expect([known.vary, known.wasRead]).toEqual([['Cookie'], true])
    await known.validateBearerToken()
    expect(known.vary).toEqual(['Cookie', 'Authorization'])
    const signedIn = open(visit(null, {}, 'POST')).authRequest
    signedIn.setSession(session)
    expect([signedIn.vary, signedIn.wasRead]).toEqual([['Cookie'], false])
  })

  it('takes a cookie that the framework has read already', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const ask = (sessionCookie: string | null) =>
      open(visit('ignored'), { sessionCookie }).authRequest.validate()
    expect(await ask(token)).not.toBeNull()
    expect(await ask(null)).toBeNull()
    expect(await ask('')).toBeNull()
  })
})

describe('P9: nothing outlives its request', () => {
  it('asks the store anew for every request, also with one auth object', async () => {
    const { auth, calls, clock, store, signIn } = createApp()
    const { token } = await signIn()
    const other = limen({ store, now: () => clock.now })
    for (const one of [auth, auth, other]) {
      await one.openRequest({ request: visit(token) }).validate()
    }
    expect(calls).toEqual(['read', 'read', 'read'])
  })
})
