import { type AuthEvent, type StoreCall, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { describe, expect, it } from 'vitest'
import { type CaseSession, type CaseUser, type Fault, faulty, storeSuite } from './index.ts'

const DAY = 86_400_000

/** A user with two sessions, over a store that fails from `fail()` on. */
async function signedIn() {
  const whole = memoryStore<{ name?: string }>()
  let going: readonly [StoreCall, Fault] | undefined
  const store = faulty(whole, (call) => (call === going?.[0] ? going[1] : undefined))
  let now = Date.now()
  const events: AuthEvent[] = []
  const auth = limen({
    store,
    now: () => now,
    getUserAttributes: ({ name }) => ({ name }),
    onEvent: (event) => events.push(event),
  })
  const right = limen({ store: whole, now: () => now })
  const { userId } = await auth.createUser({ attributes: {} })
  const [session, other] = [
    await auth.createSession({ userId }),
    await auth.createSession({ userId }),
  ]
  const token = auth.createBearerToken(session)
  const request = (method: string) =>
    new Request('https://app.example/', {
      method,
      headers: {
        Cookie: `__Host-Http-session=${token}`,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
      },
    })
  return {
    auth,
    events,
    right,
    userId,
    session,
    token,
    sessionId: session.sessionId,
    otherId: other.sessionId,
    open: (method = 'GET') => auth.handleRequest(request(method)),
    fail: (call: StoreCall, fault: Fault) => (going = [call, fault]),
    recover: () => (going = undefined),
    later: (ms: number) => (now += ms),
  }
}

type App = Awaited<ReturnType<typeof signedIn>>

describe('P4: a call that goes wrong', () => {
  type Case = [call: StoreCall, ask: (app: App) => Promise<unknown>]
  const cases: Case[] = [
    ['read', ({ open }) => open().validate()],
    ['read', ({ open }) => open('POST').validate()],
    ['read', ({ auth, token }) => auth.validateSession(token)],
    ['read', ({ auth, sessionId }) => auth.getSession(sessionId)],
    [
      'renew',
      ({ open, later }) => {
        later(2 * DAY)
        return open().validate()
      },
    ],
    ['insert', ({ auth, userId }) => auth.createSession({ userId })],
    ['update', ({ auth, sessionId }) => auth.updateSessionAttributes(sessionId, {})],
    ['delete', ({ auth, otherId }) => auth.invalidateSession(otherId)],
    [
      'deleteByUser',
      ({ auth, userId, sessionId }) =>
        auth.invalidateAllUserSessions(userId, { except: sessionId }),
    ],
    ['listByUser', ({ auth, userId }) => auth.getAllUserSessions(userId)],
    ['deleteExpired', ({ auth }) => auth.deleteExpiredSessions()],
    ['createUser', ({ auth }) => auth.createUser({})],
    ['readUser', ({ auth, userId }) => auth.getUser(userId)],
    ['updateUser', ({ auth, userId }) => auth.updateUserAttributes(userId, { name: 'Ada' })],
  ]
  const faults = ['before', 'after', 'half-way'] as const
  const table = cases.flatMap(([call, act]) => faults.map((fault) => ({ call, fault, act })))
  const rejections = cases.map(([call, act]) => ({ call, act }))

  it.each(rejections)(
    'E2: $call, rejected by the engine, keeps its code and signs no user out',
    async (one) => {
      const { call, act } = one
      const app = await signedIn()
      app.fail(call, 'rejected')
      await expect(act(app)).rejects.toMatchObject({
        name: 'AuthError',
        code: 'AUTH_STORE_REJECTED',
        message: `${call}: the engine rejected the call`,
      })
      expect(app.events.at(-1)).toEqual({ type: 'store-failed', call, code: 'AUTH_STORE_REJECTED' })
      app.recover()
      const authRequest = app.open()
      expect(await authRequest.validate()).toMatchObject({ sessionId: app.sessionId })
      expect(authRequest.cookie()?.value).not.toBe('')
    },
  )

  it.each(table)(
    'P4: $call, failed $fault, rejects and signs no user out',
    async ({ call, fault, act }) => {
      const app = await signedIn()
      app.fail(call, fault)
      await expect(act(app)).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        message: `store.${call}() failed: see the cause of this error.`,
      })
      app.recover()
      const authRequest = app.open()
      expect(await authRequest.validate()).toMatchObject({ sessionId: app.sessionId })
      expect(authRequest.cookie()?.value).not.toBe('')
    },
  )

  it.each(faults)(
    'P4: a deletion of a user that failed %s is completed by a second one',
    async (fault) => {
      const app = await signedIn()
      app.fail('deleteUser', fault)
      await expect(app.auth.deleteUser(app.userId)).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
      })
      app.recover()
      await app.auth.deleteUser(app.userId)
      expect(await app.open().validate()).toBeNull()
      expect(await app.right.getUser(app.userId)).toBeNull()
    },
  )

  it('P4: a failed read changes no cookie', async () => {
    const app = await signedIn()
    app.fail('read', 'before')
    const authRequest = app.open()
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(authRequest.cookie()).toBeUndefined()
  })
})

describe('P4: an insert that replaces or limits sessions and goes wrong', () => {
  const idsOf = async ({ right, userId }: App) =>
    (await right.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)

  it.each([
    ['before', 2],
    ['half-way', 3],
  ] as const)(
    'P4: a replacement that failed %s keeps the replaced session',
    async (fault, count) => {
      const app = await signedIn()
      app.fail('insert', fault)
      await expect(app.auth.replaceSession(app.session)).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
      })
      app.recover()
      expect(await app.open().validate()).toMatchObject({ sessionId: app.sessionId })
      expect(await idsOf(app)).toHaveLength(count)
      const { sessionId } = await app.auth.replaceSession(app.session)
      expect(await app.open().validate()).toBeNull()
      expect(await idsOf(app)).toEqual(expect.arrayContaining([app.otherId, sessionId]))
      expect(await idsOf(app)).toHaveLength(count)
    },
  )

  it('P4: a replacement whose answer was lost has ended the replaced session', async () => {
    const app = await signedIn()
    app.fail('insert', 'after')
    await expect(app.auth.replaceSession(app.session)).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
    })
    expect(await app.open().validate()).toBeNull()
    expect(await idsOf(app)).toEqual([app.otherId, expect.any(String)])
  })

  it.each([
    ['revoke-oldest', 2],
    ['refuse', 1],
  ] as const)(
    'a limited insert that failed half-way revokes no session (%s)',
    async (onLimit, count) => {
      const whole = memoryStore()
      const auth = limen({
        store: faulty(whole, (call, [, options]) =>
          call === 'insert' && options ? 'half-way' : undefined,
        ),
        maxSessionsPerUser: { limit: 1, onLimit },
      })
      const right = limen({ store: whole })
      const { userId } = await right.createUser({})
      const { sessionId } = await right.createSession({ userId })
      await expect(auth.createSession({ userId })).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
      })
      expect(await right.getSession(sessionId)).not.toBeNull()
      expect(await right.getAllUserSessions(userId)).toHaveLength(count)
    },
  )
})

describe('P1: a stale read', () => {
  it('P1: a stale read returns a revoked session only in safe requests, until a strong read', async () => {
    const app = await signedIn()
    expect(await app.open().validate()).not.toBeNull()
    await app.right.invalidateSession(app.sessionId)
    app.fail('read', 'stale')
    const authRequest = app.open()
    expect(await authRequest.validate()).not.toBeNull()
    authRequest.invalidate()
    expect(await authRequest.validate()).toBeNull()
    expect(await app.open('POST').validate()).toBeNull()
    await expect(app.auth.validateSession(app.token)).rejects.toMatchObject({
      code: 'AUTH_INVALID_SESSION_ID',
    })
  })

  it('P1: a stale read of a session that was renewed since does not sign it out', async () => {
    const app = await signedIn()
    await app.open().validate()
    app.later(2 * DAY)
    await app.right.validateSession(app.token)
    app.later(14 * DAY)
    app.fail('read', 'stale')
    expect(await app.open().validate()).toMatchObject({ sessionId: app.sessionId })
  })
})

describe('a delayed call', () => {
  it('happens when its promise is resolved', async () => {
    let resolveIt = () => {}
    const resolved = new Promise<undefined>((resolve) => (resolveIt = () => resolve(undefined)))
    const whole = memoryStore()
    await whole.createUser({ id: 'ada', attributes: {} })
    const deleting = faulty(whole, () => resolved).deleteUser('ada')
    expect(await whole.readUser('ada')).not.toBeNull()
    resolveIt()
    await deleting
    expect(await whole.readUser('ada')).toBeNull()
  })
})

describe('faulty() without a fault', () => {
  const open = () => {
    const store = faulty(memoryStore<CaseUser, CaseSession>(), () => undefined)
    return { connect: () => store }
  }
  it.each(storeSuite({ open }, { histories: 50 }))('$name', ({ run }) => run())
})
