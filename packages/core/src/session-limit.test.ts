import { describe, expect, it } from 'vitest'
import { cached, limen, splitStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { DAY, createApp } from '../test/app.ts'
import { routedStore } from '../test/routed-store.ts'

describe('maxSessionsPerUser', () => {
  it('[T53] revokes the oldest sessions above the limit, without another call of the store', async () => {
    const limit = { limit: 2, onLimit: 'revoke-oldest' } as const
    const { auth, calls, clock, signIn } = createApp({ maxSessionsPerUser: limit })
    const { user, session: first } = await signIn()
    const others = await signIn('Bob')
    const ids: string[] = []
    for (let signIns = 0; signIns < 3; signIns++) {
      clock.now += 1000
      const attributes = { device: `${signIns}` }
      ids.push((await auth.createSession({ userId: user.userId, attributes })).sessionId)
    }
    expect(calls).toEqual(['insert', 'insert', 'insert'])
    const listed = await auth.getAllUserSessions(user.userId)
    expect(listed.map(({ sessionId }) => sessionId)).toEqual(ids.slice(1))
    expect(await auth.getSession(first.sessionId)).toBeNull()
    expect(await auth.getSession(others.session.sessionId)).not.toBeNull()
  })

  it('[T53] refuses a session above the limit, and stores nothing', async () => {
    const limit = { limit: 1, onLimit: 'refuse' } as const
    const { auth, events, clock, signIn } = createApp({ maxSessionsPerUser: limit })
    const { user, session } = await signIn()
    const again = () => auth.createSession({ ...user, attributes: { device: '' } })
    await expect(again()).rejects.toMatchObject({ code: 'AUTH_SESSION_LIMIT' })
    expect(events).toEqual([])
    const [only, ...more] = await auth.getAllUserSessions(user.userId)
    expect([only?.sessionId, more]).toEqual([session.sessionId, []])

    // An expired session does not count, and a replaced one does not either.
    clock.now += 15 * DAY
    const next = await again()
    const replaced = await auth.replaceSession(next)
    expect((await auth.getAllUserSessions(user.userId)).map(({ sessionId }) => sessionId)).toEqual([
      replaced.sessionId,
    ])
  })

  it('passes no options to the store without it', async () => {
    const plain = memoryStore()
    const given: unknown[] = []
    const store: typeof plain = {
      ...plain,
      insert(...args) {
        given.push(args.length)
        return plain.insert(...args)
      },
    }
    const auth = limen({ store })
    await auth.createSession(await auth.createUser({}))
    expect(given).toEqual([1])
  })

  it.each([
    ['a routed store', () => routedStore(memoryStore())],
    [
      'cached()',
      () => cached(memoryStore(), { cache: new Map<string, object>(), maxAgeMs: 9_999 }),
    ],
    ['splitStore()', () => splitStore({ sessions: memoryStore(), users: memoryStore() })],
  ] as const)('holds at once: %s', async (_, createStore) => {
    let now = Date.now()
    const auth = limen({
      store: createStore() as ReturnType<typeof memoryStore>,
      maxSessionsPerUser: { limit: 1, onLimit: 'revoke-oldest' },
      now: () => now++,
    })
    const { userId } = await auth.createUser({})
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    const read = () => auth.validateToken({ token, consistency: 'eventual' })
    expect((await read()).valid).toBe(true)
    await auth.createSession({ userId })
    expect(await read()).toEqual({ valid: false, reason: 'unknown' })
  })
})

describe('renewedAt', () => {
  it('is the time of the sign-in, then of the last renewal', async () => {
    const { auth, clock, signIn } = createApp()
    const { session, token } = await signIn()
    const signedIn = clock.now
    expect(+session.renewedAt).toBe(signedIn)
    clock.now += DAY / 2
    expect(+(await auth.getSession(session.sessionId))!.renewedAt).toBe(signedIn)
    clock.now += DAY
    expect(+(await auth.validateSession(token)).renewedAt).toBe(clock.now)
    const renewed = clock.now
    clock.now += DAY / 2
    const [listed] = await auth.getAllUserSessions(session.user.userId)
    expect(+listed!.renewedAt).toBe(renewed)
    expect(+listed!.createdAt).toBe(signedIn)
  })

  it('is never before the creation, and never in the future', async () => {
    const store = memoryStore()
    let now = 1_700_000_000_000
    const created = now
    const short = limen({ store, sessionExpiresIn: { activePeriod: 60_000 }, now: () => now })
    const long = limen({ store, sessionExpiresIn: { activePeriod: 30 * DAY }, now: () => now })
    const { userId } = await long.createUser({})
    const ofShort = await short.createSession({ userId })
    const ofLong = await long.createSession({ userId })
    now += 1000
    // Periods that were changed since.
    expect(+(await long.getSession(ofShort.sessionId))!.renewedAt).toBe(created)
    expect(+(await short.getSession(ofLong.sessionId))!.renewedAt).toBe(now)
  })
})
