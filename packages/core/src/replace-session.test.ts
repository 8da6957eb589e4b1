import { describe, expect, it } from 'vitest'
import { cached, isRecentSignIn, limen, splitStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type AppSession, type AppUser, DAY, createApp, visit } from '../test/app.ts'
import { routedStore } from '../test/routed-store.ts'

const GONE = {
  code: 'AUTH_INVALID_SESSION_ID',
  message: 'There is no such session: it was revoked or has expired.',
}

describe('replaceSession()', () => {
  it('[T52] ends the session and creates one with a new id, token and lifetime, in two calls', async () => {
    const { auth, calls, clock, events, open, signIn } = createApp()
    const { session, token, user } = await signIn()
    clock.now += 3 * DAY
    const replaced = await auth.replaceSession(session)
    expect(calls).toEqual(['read', 'insert'])
    const { sessionId } = replaced
    expect(events).toEqual([
      { type: 'replaced', sessionId, userId: user.userId, replaced: session.sessionId },
    ])
    expect(sessionId).not.toBe(session.sessionId)
    expect(replaced).toMatchObject({ user, device: 'Laptop', fresh: true, state: 'active' })
    expect(+replaced.createdAt).toBe(clock.now)
    expect(+replaced.idlePeriodExpiresAt).toBe(clock.now + 15 * DAY)
    expect(isRecentSignIn(replaced, { withinMs: 1000, now: clock.now })).toBe(true)

    expect(await open(visit(token)).authRequest.validate()).toBeNull()
    const next = auth.createBearerToken(replaced)
    expect(next.split('.')[1]).not.toBe(token.split('.')[1])
    expect((await open(visit(next)).authRequest.validate())?.sessionId).toBe(sessionId)
    expect(await auth.getAllUserSessions(user.userId)).toHaveLength(1)
  })

  it('sends the new token with setSession()', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(token, {}, 'POST'))
    const valid = (await authRequest.validate())!
    const replaced = await auth.replaceSession(valid)
    authRequest.setSession(replaced)
    expect(sent()).toHaveLength(1)
    expect(sent()[0]).toContain(auth.createBearerToken(replaced))
    expect((await authRequest.validate())?.sessionId).toBe(replaced.sessionId)
    expect(session.sessionId).toBe(valid.sessionId)
  })

  it('[T52] makes a guest an account, in three calls', async () => {
    const { auth, calls, open, signIn } = createApp()
    const guest = await signIn('guest')
    const ada = await signIn('Ada')
    const replaced = await auth.replaceSession(guest.session, { userId: ada.user.userId })
    expect(calls).toEqual(['read', 'readUser', 'insert'])
    expect(replaced.user).toEqual(ada.user)
    expect(replaced.device).toBe('Laptop')
    expect(await open(visit(guest.token)).authRequest.validate()).toBeNull()
    expect(await auth.getAllUserSessions(guest.user.userId)).toEqual([])
    expect(await auth.getAllUserSessions(ada.user.userId)).toHaveLength(2)
  })

  it('merges attributes, before the functions of the session see them', async () => {
    const auth = limen({
      store: memoryStore<object, { role?: string; note?: string }>(),
      getSessionAttributes: (attributes) => ({ attributes }),
      sessionExpiresIn: ({ attributes }) => ({
        absolutePeriod: attributes.role === 'admin' ? DAY : 30 * DAY,
      }),
    })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({
      userId,
      attributes: { note: 'old', role: 'member' },
    })
    const replaced = await auth.replaceSession(session, {
      attributes: { role: 'admin', note: undefined },
    })
    expect(replaced.attributes).toEqual({ role: 'admin' })
    expect(+replaced.idlePeriodExpiresAt - +replaced.createdAt).toBe(DAY)
  })

  it('P1: refuses a session that was revoked, has expired or was replaced before', async () => {
    const { auth, clock, signIn } = createApp()
    const revoked = await signIn('Ada')
    await auth.invalidateSession(revoked.session.sessionId)
    const twice = await signIn('Bob')
    const replaced = await auth.replaceSession(twice.session)
    for (const { session } of [revoked, twice]) {
      await expect(auth.replaceSession(session)).rejects.toMatchObject(GONE)
    }
    clock.now += 15 * DAY
    await expect(auth.replaceSession(replaced)).rejects.toMatchObject(GONE)
  })

  it('P1: refuses a session that is revoked between its two calls', async () => {
    const plain = memoryStore<AppUser, AppSession>()
    const store: typeof plain = {
      ...plain,
      async read(id, options) {
        const found = await plain.read(id, options)
        await plain.delete(id)
        return found
      },
    }
    const { auth, events, signIn } = createApp({ store })
    const { session, user } = await signIn()
    await expect(auth.replaceSession(session)).rejects.toMatchObject(GONE)
    expect(events).toEqual([])
    expect(await auth.getAllUserSessions(user.userId)).toEqual([])
  })

  it('refuses a user that does not exist, and a session without a token', async () => {
    const { auth, calls, signIn } = createApp()
    const { session } = await signIn()
    for (const userId of ['eve', 5, null, '']) {
      await expect(
        auth.replaceSession(session, { userId: userId as string }),
      ).rejects.toMatchObject({ code: 'AUTH_INVALID_USER_ID' })
    }
    calls.length = 0
    for (const wrong of [{ ...session }, null, undefined, {}, session.sessionId]) {
      await expect(auth.replaceSession(wrong as never)).rejects.toMatchObject({
        code: 'AUTH_INVALID_SESSION_ID',
      })
    }
    await expect(
      auth.replaceSession(session, { attributes: { device: new Date() as never } }),
    ).rejects.toMatchObject({ code: 'AUTH_INVALID_ATTRIBUTES' })
    expect(calls).toEqual([])
    expect(await auth.getSession(session.sessionId)).not.toBeNull()
  })

  it('leaves the visitor signed in when a function of the app fails', async () => {
    let isBroken = false
    const auth = limen({
      store: memoryStore(),
      getUserAttributes() {
        if (isBroken) throw new Error('broken')
        return {}
      },
    })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    isBroken = true
    await expect(auth.replaceSession(session)).rejects.toThrow('broken')
    isBroken = false
    expect(await auth.getSession(session.sessionId)).not.toBeNull()
    expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
  })

  it.each([
    ['a routed store', () => routedStore(memoryStore())],
    [
      'cached()',
      () => cached(memoryStore(), { cache: new Map<string, object>(), maxAgeMs: 9_999 }),
    ],
    ['splitStore()', () => splitStore({ sessions: memoryStore(), users: memoryStore() })],
  ] as const)('ends the old session at once: %s', async (_, createStore) => {
    const auth = limen({ store: createStore() as ReturnType<typeof memoryStore> })
    const [guest, ada] = [await auth.createUser({}), await auth.createUser({})]
    for (const userId of [undefined, ada.userId]) {
      const session = await auth.createSession(guest)
      const token = auth.createBearerToken(session)
      const read = () => auth.validateToken({ token, consistency: 'eventual' })
      expect((await read()).valid).toBe(true)
      const replaced = await auth.replaceSession(session, { userId })
      expect(replaced.user.userId).toBe(userId ?? guest.userId)
      expect(await read()).toEqual({ valid: false, reason: 'unknown' })
      await expect(auth.replaceSession(session)).rejects.toMatchObject(GONE)
      expect((await auth.getSession(replaced.sessionId))?.user).toEqual(replaced.user)
    }
  })
})
