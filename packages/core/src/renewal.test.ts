/** Renewal of idle sessions, and the cookie that it sends. */
import { describe, expect, it } from 'vitest'
import { COOKIE, DAY, createApp, visit } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'

const deleting = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`

const renewing = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

describe('waitUntil', () => {
  it('is read only when a session is renewed: the getter of a framework can throw', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    let reads = 0
    const validate = () => {
      const request = visit(token)
      const context = {
        request,
        setCookie() {},
        get waitUntil() {
          return void reads++
        },
      }
      return app.auth.openRequest(context).validate()
    }
    await validate()
    expect(reads).toBe(0)
    app.clock.now += DAY
    await validate()
    expect(reads).toBeGreaterThan(0)
  })
})

describe('renewal', () => {
  it('always sends the cookie again', async () => {
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
  ])('[T09] does not happen on %s', async (_, method, headers) => {
    const { calls, clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token, headers, method))
    expect(await authRequest.validate()).toMatchObject({ state: 'idle', fresh: false })
    expect(calls).toEqual(['read'])
    expect(sent()).toEqual([])
  })

  it('P1: returns null when the session was revoked after the read', async () => {
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

  it('P4: rejects when the store does not confirm, and changes no cookie', async () => {
    const { clock, faults, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    faults.set('renew', new Error('down'))
    const { authRequest, sent } = open(visit(token))
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(sent()).toEqual([])
  })

  it('[T38] is not awaited with waitUntil, and a failed write is an event', async () => {
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

  it('never overrides a concurrent sign-out', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(visit(token))
    const validated = authRequest.validate()
    authRequest.setSession(null)
    await validated
    expect(sent()).toEqual([deleting])
    expect(authRequest.cookie()?.serialize()).toBe(deleting)
    expect(await authRequest.validate()).toBeNull()
  })

  it('is replaced by a later sign-in or sign-out', async () => {
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

  it('is replaced by the deleting cookie when the session is revoked later', async () => {
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
