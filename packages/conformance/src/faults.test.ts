import { type AuthEvent, type StoreCall, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { describe, expect, it } from 'vitest'
import { type CaseSession, type CaseUser, type Fault, faulty, storeSuite } from './index.ts'

const DAY = 86_400_000

/** Somebody signed in on two devices, over a store that goes wrong from `fail()` on. */
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
  const table = cases.flatMap(([call, ask]) => faults.map((fault) => ({ call, fault, ask })))
  const rejections = cases.map(([call, ask]) => ({ call, ask }))

  it.each(rejections)('E2: $call, rejected: keeps the code and signs nobody out', async (one) => {
    const { call, ask } = one
    const app = await signedIn()
    app.fail(call, 'rejected')
    await expect(ask(app)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'AUTH_STORE_REJECTED',
      message: `${call}: the engine rejected the call`,
    })
    expect(app.events.at(-1)).toEqual({ type: 'store-failed', call, code: 'AUTH_STORE_REJECTED' })
    app.recover()
    const authRequest = app.open()
    expect(await authRequest.validate()).toMatchObject({ sessionId: app.sessionId })
    expect(authRequest.cookie()?.value).not.toBe('')
  })

  it.each(table)('$call, $fault: rejects, and signs nobody out', async ({ call, fault, ask }) => {
    const app = await signedIn()
    app.fail(call, fault)
    await expect(ask(app)).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
      message: `store.${call}() failed`,
    })
    app.recover()
    const authRequest = app.open()
    expect(await authRequest.validate()).toMatchObject({ sessionId: app.sessionId })
    expect(authRequest.cookie()?.value).not.toBe('')
  })

  it.each(faults)('a user deleted %s: asking again finishes it', async (fault) => {
    const app = await signedIn()
    app.fail('deleteUser', fault)
    await expect(app.auth.deleteUser(app.userId)).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
    })
    app.recover()
    await app.auth.deleteUser(app.userId)
    expect(await app.open().validate()).toBeNull()
    expect(await app.right.getUser(app.userId)).toBeNull()
  })

  it('leaves the cookie of a request alone while nothing is known', async () => {
    const app = await signedIn()
    app.fail('read', 'before')
    const authRequest = app.open()
    await expect(authRequest.validate()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(authRequest.cookie()).toBeUndefined()
  })
})

describe('P1: a stale read', () => {
  it('shows a revoked session to safe requests alone, until it is asked strongly', async () => {
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

  it('of a session that was renewed since does not end it', async () => {
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
  it('happens when its promise is settled', async () => {
    let settle = () => {}
    const settled = new Promise<undefined>((resolve) => (settle = () => resolve(undefined)))
    const whole = memoryStore()
    await whole.createUser({ id: 'ada', attributes: {} })
    const deleting = faulty(whole, () => settled).deleteUser('ada')
    expect(await whole.readUser('ada')).not.toBeNull()
    settle()
    await deleting
    expect(await whole.readUser('ada')).toBeNull()
  })
})

describe('a store with faults that do not come', () => {
  const open = () => {
    const store = faulty(memoryStore<CaseUser, CaseSession>(), () => undefined)
    return { connect: () => store }
  }
  it.each(storeSuite({ open }, { histories: 50 }))('$name', ({ run }) => run())
})
