/** Sessions and users through auth: create, read, update, revoke. */
import { describe, expect, it } from 'vitest'
import { routeOf } from '@limen/core/store-kit'
import { type AppSession, type AppUser, DAY, createApp, notingStore, visit } from '../test/app.ts'
import { routedStore } from '../test/routed-store.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'
import type { Consistency, Store } from './store.ts'

const code = (code: string) => expect.objectContaining({ name: 'AuthError', code }) as Error

describe('createSession()', () => {
  it('makes one write and returns a fresh session with user and attributes', async () => {
    const { auth, calls, clock, signIn } = createApp()
    const { user } = await signIn()
    const session = await auth.createSession({
      userId: user.userId,
      attributes: { device: 'Phone' },
    })
    expect(calls).toEqual(['insert'])
    expect(session).toEqual({
      sessionId: expect.stringMatching(/^[\w-]{22}$/) as string,
      user: { userId: user.userId, name: 'Ada' },
      createdAt: new Date(clock.now),
      renewedAt: new Date(clock.now),
      activePeriodExpiresAt: new Date(clock.now + DAY),
      idlePeriodExpiresAt: new Date(clock.now + 15 * DAY),
      state: 'active',
      fresh: true,
      device: 'Phone',
    })
  })

  it('rejects for an unknown user, and stores nothing', async () => {
    const { auth } = createApp()
    const created = auth.createSession({ userId: 'no-user', attributes: { device: 'Phone' } })
    await expect(created).rejects.toThrow(code('AUTH_INVALID_USER_ID'))
    expect(await auth.getAllUserSessions('no-user')).toEqual([])
  })

  it('creates a new id and a new secret for each session', async () => {
    const { signIn } = createApp()
    const tokens = new Set<string>()
    for (let i = 0; i < 50; i++) tokens.add((await signIn()).token)
    expect(tokens.size).toBe(50)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/)
  })

  it('has the route of a user before the id in a routed store', async () => {
    const store = routedStore(memoryStore<AppUser, AppSession>())
    const { auth, open, signIn } = createApp({ store })
    const { user, session, token } = await signIn()
    expect(session.sessionId).toMatch(new RegExp(`^${await routeOf(user.userId)}[\\w-]{22}$`))
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
    await expect(auth.validateSession(token.slice(22))).rejects.toThrow(
      code('AUTH_INVALID_SESSION_ID'),
    )
  })
})

describe('attributes', () => {
  it('[T44] are hidden unless chosen, and override no field of Limen', async () => {
    const store = memoryStore<{ name: string }, { device: string; sessionId: string }>()
    const bare = limen({ store })
    const { userId } = await bare.createUser({ attributes: { name: 'Ada' } })
    const attributes = { device: 'Phone', sessionId: 'forged' }
    const plain = await bare.createSession({ userId, attributes })
    expect(plain.user).toEqual({ userId })
    expect(plain).not.toHaveProperty('device')

    const open = limen({
      store,
      getSessionAttributes: (all) => ({ ...all, user: 'forged', fresh: 'forged', state: 'forged' }),
      getUserAttributes: (all) => ({ ...all, userId: 'forged' }),
    })
    const session = await open.createSession({ userId, attributes })
    expect(session.sessionId).not.toBe('forged')
    expect(session).toMatchObject({ device: 'Phone', state: 'active', fresh: true })
    expect(session.user).toEqual({ userId, name: 'Ada' })
  })

  it('[T44] set no prototype of a session', async () => {
    const hostile = JSON.parse('{"__proto__": {"isAdmin": true}}') as object
    const store = memoryStore<object, object>()
    const auth = limen({ store, getSessionAttributes: () => hostile })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    expect((session as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.getPrototypeOf(session)).toBe(Object.prototype)
    expect(auth.createSessionCookie(session).value).not.toBe('')
  })

  it('are merged one by one, for sessions and users', async () => {
    const { auth, signIn } = createApp()
    const { session, user } = await signIn()
    expect(
      await auth.updateSessionAttributes(session.sessionId, { device: 'Phone' }),
    ).toMatchObject({ sessionId: session.sessionId, device: 'Phone', user: { name: 'Ada' } })
    expect(await auth.updateUserAttributes(user.userId, { name: 'Ada L.' })).toEqual({
      userId: user.userId,
      name: 'Ada L.',
    })
    expect(await auth.getUser(user.userId)).toEqual({ userId: user.userId, name: 'Ada L.' })
    await expect(auth.updateSessionAttributes('x'.repeat(22), {})).rejects.toThrow(
      code('AUTH_INVALID_SESSION_ID'),
    )
    await expect(auth.updateUserAttributes('no-user', {})).rejects.toThrow(
      code('AUTH_INVALID_USER_ID'),
    )
  })
})

describe('users', () => {
  it('are created with a given or a random id, once', async () => {
    const { auth } = createApp()
    const user = await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
    expect(user).toEqual({ userId: 'ada', name: 'Ada' })
    const again = auth.createUser({ userId: 'ada', attributes: { name: 'Eve' } })
    await expect(again).rejects.toThrow(code('AUTH_DUPLICATE_USER_ID'))
    expect(await auth.getUser('ada')).toEqual(user)
    expect(await auth.getUser('no-user')).toBeNull()
    const other = await auth.createUser({ attributes: { name: 'Bob' } })
    expect(other.userId).toMatch(/^[\w-]{22}$/)
  })

  it('lose all their sessions when they are deleted', async () => {
    const { auth, open, signIn } = createApp()
    const { token, user } = await signIn()
    await auth.deleteUser(user.userId)
    expect(await open(visit(token)).authRequest.validate()).toBeNull()
    expect(await auth.getUser(user.userId)).toBeNull()
  })
})

describe('sessions of a user', () => {
  it('are listed in order of creation, without expired ones and without tokens', async () => {
    const { auth, calls, clock, signIn } = createApp()
    const { session: first, user } = await signIn()
    const create = (device: string) =>
      auth.createSession({ userId: user.userId, attributes: { device } })
    clock.now += 14 * DAY
    const second = await create('Phone')
    clock.now += 2 * DAY
    const third = await create('Tablet')

    const listed = await auth.getAllUserSessions(user.userId)

    expect(listed.map(({ device, state }) => [device, state])).toEqual([
      ['Phone', 'idle'],
      ['Tablet', 'active'],
    ])
    expect(() => auth.createSessionCookie(listed[0]!)).toThrow(code('AUTH_INVALID_SESSION_ID'))
    expect(await auth.getSession(first.sessionId)).toBeNull()
    expect(await auth.getSession(second.sessionId)).toMatchObject({ device: 'Phone', fresh: false })
    expect(await auth.getSession(third.sessionId)).toMatchObject({ device: 'Tablet' })
    expect(await auth.getSession('x'.repeat(22))).toBeNull()
    calls.length = 0
    for (const odd of ['', 'x', '../../etc/passwd', `${'x'.repeat(21)} `]) {
      expect(await auth.getSession(odd)).toBeNull()
    }
    expect(calls, 'what cannot be an id is not looked for').toEqual([])
  })

  it('P2: [T36] are revoked all, or all except one', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token, user } = await signIn()
    const other = await auth.createSession({
      userId: user.userId,
      attributes: { device: 'Phone' },
    })
    const otherToken = auth.createBearerToken(other)

    await auth.invalidateAllUserSessions(user.userId, { except: session.sessionId })
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
    expect(await open(visit(otherToken)).authRequest.validate()).toBeNull()

    await auth.invalidateAllUserSessions(user.userId)
    expect(await open(visit(token)).authRequest.validate()).toBeNull()
  })

  it('P1: [T37] are read with strong consistency outside a request', async () => {
    const seen: Consistency[] = []
    const { auth, signIn } = createApp({ store: notingStore(seen) })
    const { session, token } = await signIn()
    await auth.validateSession(token)
    await auth.getSession(session.sessionId)
    expect(seen).toEqual(['strong', 'strong'])
  })

  it('P1: [T35] never become valid again after a revocation, despite concurrent renewals', async () => {
    for (let round = 0; round < 30; round++) {
      const { auth, clock, open, signIn } = createApp()
      const { session, token } = await signIn()
      clock.now += 2 * DAY
      const renew = () => open(visit(token)).authRequest.validate()
      const work = [renew, renew, renew]
      work.splice(round % 4, 0, async () => {
        await auth.invalidateSession(session.sessionId)
        return null
      })
      await Promise.all(work.map((one) => one()))
      expect(await open(visit(token, {}, 'POST')).authRequest.validate()).toBeNull()
      await expect(auth.validateSession(token)).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
    }
  })

  it('are not revoked by their token, which would revoke nothing without an error', async () => {
    const { auth, calls, signIn } = createApp()
    const { token } = await signIn()
    await expect(auth.invalidateSession(token)).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
    expect(calls).toEqual([])
  })

  it('P3: are not excepted by their token, which would revoke it and report the token', async () => {
    const { auth, calls, events, signIn } = createApp()
    const { token, user } = await signIn()
    const ending = auth.invalidateAllUserSessions(user.userId, { except: token })
    await expect(ending).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
    expect(calls).toEqual([])
    expect(JSON.stringify(events)).not.toContain(token)
  })

  it('are deleted from the store after they expired, up to the limit', async () => {
    const { auth, calls, clock, signIn } = createApp()
    for (let i = 0; i < 3; i++) await signIn()
    expect(await auth.deleteExpiredSessions()).toBe(0)
    clock.now += 15 * DAY
    expect(await auth.deleteExpiredSessions({ limit: 2 })).toBe(2)
    expect(await auth.deleteExpiredSessions()).toBe(1)
    expect(calls).toEqual(['deleteExpired', 'deleteExpired', 'deleteExpired'])
  })

  it('are deleted 1000 at a time by default, as the Workers adapter expects', async () => {
    const limits: number[] = []
    const store: Store<object, object> = {
      ...memoryStore(),
      deleteExpired: async ({ limit }) => limits.push(limit),
    }
    await limen({ store }).deleteExpiredSessions()
    expect(limits).toEqual([1000])
  })
})
