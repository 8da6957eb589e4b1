/** The lifetime of a session: active, idle and absolute periods. */
import { describe, expect, it } from 'vitest'
import { deadlinesOf, stateOf } from './session-lifetime.ts'
import { DAY, createApp } from '../test/app.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'

const code = (code: string) => expect.objectContaining({ name: 'AuthError', code }) as Error

describe('the lifetime of a session', () => {
  const session = { createdAt: 100, activePeriodExpiresAt: 110, idlePeriodExpiresAt: 130 }
  const periods = { activePeriod: 10, idlePeriod: 20, absolutePeriod: 1000 }

  it.each([
    [109, 'active'],
    [110, 'idle'],
    [129, 'idle'],
    [130, null],
  ])('at %i is %j: a deadline belongs to the period that follows it', (now, state) => {
    expect(stateOf(session, now)).toBe(state)
  })

  it.each([
    ['as stored', undefined, {}, [110, 130]],
    ['renewed', 125, {}, [135, 155]],
    ['[T26] renewed by a clock that went back', 50, {}, [110, 130]],
    ['stored, after the absolute period', undefined, { absolutePeriod: 5 }, [105, 105]],
    ['renewed near the end of the absolute period', 125, { absolutePeriod: 40 }, [135, 140]],
  ])('has the deadlines: %s', (_, renewedAt, change, [active, idle]) => {
    expect(deadlinesOf(session, { ...periods, ...change }, renewedAt)).toEqual({
      activePeriodExpiresAt: active,
      idlePeriodExpiresAt: idle,
    })
  })
})

describe('the lifetime of a session', () => {
  it('P7: [T43] is never renewed past the absolute period', async () => {
    const { auth, clock, signIn } = createApp({
      sessionExpiresIn: { activePeriod: DAY, idlePeriod: 10 * DAY, absolutePeriod: 12 * DAY },
    })
    const { session, token } = await signIn()
    const end = clock.now + 12 * DAY
    for (const days of [5, 5]) {
      clock.now += days * DAY
      const renewed = await auth.validateSession(token)
      expect(renewed.idlePeriodExpiresAt.getTime()).toBeLessThanOrEqual(end)
      expect(renewed.createdAt).toEqual(session.createdAt)
    }
    clock.now = end - 1
    expect((await auth.validateSession(token)).idlePeriodExpiresAt).toEqual(new Date(end))
    clock.now = end
    await expect(auth.validateSession(token)).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
  })

  it('P7: follows an absolute period that was shortened later', async () => {
    const { clock, store, signIn } = createApp()
    const { token } = await signIn()
    const strict = limen({
      store,
      now: () => clock.now,
      sessionExpiresIn: { absolutePeriod: 3 * DAY },
    })
    clock.now += 3 * DAY - 1
    expect((await strict.validateSession(token)).fresh).toBe(true)
    clock.now += 1
    await expect(strict.validateSession(token)).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
  })

  it('ends when the absolute period ends during a renewal', async () => {
    const plain = memoryStore<{ name: string }, { device: string }>()
    const slow: { clock?: { now: number } } = {}
    const store = {
      ...plain,
      async renew(...args: Parameters<typeof plain.renew>) {
        slow.clock!.now += DAY
        return plain.renew(...args)
      },
    }
    const { auth, clock, signIn } = createApp({
      store,
      sessionExpiresIn: { activePeriod: DAY, idlePeriod: 9 * DAY, absolutePeriod: 3 * DAY },
    })
    slow.clock = clock
    const { token } = await signIn()
    clock.now += 2.5 * DAY
    expect(await auth.validateToken({ token, consistency: 'strong' })).toEqual({
      valid: false,
      reason: 'expired',
    })
    await expect(auth.validateSession(token)).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
  })

  it('P7: is not shortened by a renewal after the periods were shortened', async () => {
    const { clock, store, signIn } = createApp()
    const { session, token } = await signIn()
    const short = limen({
      store,
      now: () => clock.now,
      sessionExpiresIn: { activePeriod: 60_000, idlePeriod: 60_000 },
    })
    clock.now += 2 * DAY
    const renewed = await short.validateSession(token)
    expect(renewed.idlePeriodExpiresAt).toEqual(session.idlePeriodExpiresAt)
    expect(await short.getSession(session.sessionId)).toMatchObject({
      idlePeriodExpiresAt: session.idlePeriodExpiresAt,
    })
  })

  it('determines the cookie’s Max-Age, rounded up and never below zero', async () => {
    const { auth, clock, signIn } = createApp()
    const { session } = await signIn()
    clock.now += 1
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(1_296_000)
    clock.now += 999
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(1_295_999)
    clock.now += 30 * DAY
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(0)
  })

  it('is renewed in the idle period, unless mayRenew returns false', async () => {
    const { auth, clock, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const options = { token, consistency: 'strong' } as const
    const idle = await auth.validateToken({ ...options, mayRenew: () => false })
    expect(idle).toMatchObject({ valid: true, session: { state: 'idle', fresh: false } })
    const renewed = await auth.validateToken({ ...options, fresh: false })
    expect(renewed).toMatchObject({ valid: true, session: { state: 'active', fresh: true } })
  })
})
