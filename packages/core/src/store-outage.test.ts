/** P4: a store that fails signs no visitor out. */
import { describe, expect, it } from 'vitest'
import { createApp, visit } from '../test/app.ts'
import { AuthError } from './error.ts'
import { memoryStore } from './memory-store.ts'

describe('P4: [T39] a rejection of validate()', () => {
  it('is never unhandled, also when its handler is attached later', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    const unhandled: unknown[] = []
    const onUnhandled = (reason: unknown) => unhandled.push(reason)
    globalThis.process?.on('unhandledRejection', onUnhandled)
    app.faults.set('read', new Error('down'))
    const { authRequest } = app.open(visit(token))
    const validated = authRequest.validate()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await expect(validated).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    globalThis.process?.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })
})

describe('P4: [T39] validate() during an outage', () => {
  it('rejects, deletes no cookie, and reads the store again at the next call', async () => {
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

  it('does not discard the result of a later call', async () => {
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

  it('reads the store again once after a failure, for the first of two callers', async () => {
    const { calls, faults, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    faults.set('read', new Error('down'))
    const first = authRequest.validate().catch(() => {
      faults.clear()
      return authRequest.validate()
    })
    const second = authRequest.validate().catch(() => 'failed')
    expect(await second).toBe('failed')
    expect(await authRequest.validate()).toBe(await first)
    expect(calls).toEqual(['read', 'read'])
  })
})

describe('P4: [T39] a store that fails', () => {
  const outage = new Error('connection refused')

  it.each([
    ['insert', 'createSession'],
    ['delete', 'invalidateSession'],
    ['deleteByUser', 'invalidateAllUserSessions'],
    ['read', 'validateSession'],
    ['read', 'getSession'],
    ['update', 'updateSessionAttributes'],
    ['listByUser', 'getAllUserSessions'],
    ['readUser', 'getUser'],
    ['createUser', 'createUser'],
    ['updateUser', 'updateUserAttributes'],
    ['deleteUser', 'deleteUser'],
    ['deleteExpired', 'deleteExpiredSessions'],
  ])('in %s makes %s reject, with its cause and an event', async (call, method) => {
    const { auth, events, faults, signIn } = createApp()
    const { session, token, user } = await signIn()
    faults.set(call, outage)
    const run: Record<string, () => Promise<unknown>> = {
      createSession: () => auth.createSession({ userId: user.userId, attributes: { device: '' } }),
      invalidateSession: () => auth.invalidateSession(session.sessionId),
      invalidateAllUserSessions: () => auth.invalidateAllUserSessions(user.userId),
      validateSession: () => auth.validateSession(token),
      getSession: () => auth.getSession(session.sessionId),
      updateSessionAttributes: () => auth.updateSessionAttributes(session.sessionId, {}),
      getAllUserSessions: () => auth.getAllUserSessions(user.userId),
      getUser: () => auth.getUser(user.userId),
      createUser: () => auth.createUser({ attributes: { name: '' } }),
      updateUserAttributes: () => auth.updateUserAttributes(user.userId, {}),
      deleteUser: () => auth.deleteUser(user.userId),
      deleteExpiredSessions: () => auth.deleteExpiredSessions(),
    }
    const error: unknown = await run[method]!().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE', cause: outage })
    expect(events).toEqual([{ type: 'store-failed', call, code: 'AUTH_STORE_UNAVAILABLE' }])
  })

  it('with an AuthError: the same error is thrown', async () => {
    const { auth, events, faults, signIn } = createApp()
    const { user } = await signIn()
    const tooLarge = new AuthError('AUTH_RECORD_TOO_LARGE')
    faults.set('updateUser', tooLarge)
    await expect(auth.updateUserAttributes(user.userId, {})).rejects.toBe(tooLarge)
    expect(events).toEqual([])
  })

  it('that throws instead of rejecting fails the same way', async () => {
    const plain = memoryStore<{ name: string }, { device: string }>()
    const store = {
      ...plain,
      read: () => {
        throw outage
      },
    }
    const { open, signIn } = createApp({ store })
    const { token } = await signIn()
    await expect(open(visit(token)).authRequest.validate()).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
      cause: outage,
    })
  })
})
