import { describe, expect, it } from 'vitest'
import { type Consistency, cached, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { createApp, notingStore, visit } from '../test/app.ts'

const NOT_OF_USER = {
  code: 'AUTH_INVALID_SESSION_ID',
  message: 'This user has no such session: it was revoked, has expired or belongs to another user.',
}

describe('invalidateSession() with a userId', () => {
  it('revokes a session of this user with one more call of the store', async () => {
    const { auth, calls, events, open, signIn } = createApp()
    const { session, token, user } = await signIn()
    await auth.invalidateSession(session.sessionId, user)
    expect(calls).toEqual(['read', 'delete'])
    expect(events).toEqual([{ type: 'invalidated', sessionId: session.sessionId }])
    expect(await open(visit(token)).authRequest.validate()).toBeNull()
  })

  it('refuses the session of another user, and revokes nothing', async () => {
    const { auth, calls, events, open, signIn } = createApp()
    const ada = await signIn('Ada')
    const mallory = await signIn('Mallory')
    const refused = auth.invalidateSession(ada.session.sessionId, mallory.user)
    await expect(refused).rejects.toMatchObject(NOT_OF_USER)
    expect(calls).toEqual(['read'])
    expect(events).toEqual([])
    expect(await open(visit(ada.token)).authRequest.validate()).not.toBeNull()
  })

  it('responds to an unknown session as to the session of another user', async () => {
    const { auth, signIn } = createApp()
    const { session, user } = await signIn()
    await auth.invalidateSession(session.sessionId, user)
    for (const id of [session.sessionId, 'x'.repeat(22)]) {
      await expect(auth.invalidateSession(id, user)).rejects.toMatchObject(NOT_OF_USER)
    }
  })

  it.each([[{}], [{ userId: undefined }], [{ userId: null }], [{ userId: 5 }], [{ userId: '\0' }]])(
    'does not turn the check off for %j',
    async (options) => {
      const { auth, calls, signIn } = createApp()
      const { session } = await signIn()
      const refused = auth.invalidateSession(session.sessionId, options as { userId: string })
      await expect(refused).rejects.toMatchObject({ code: 'AUTH_INVALID_USER_ID' })
      expect(calls).toEqual([])
    },
  )

  it('reads with strong consistency, also through cached()', async () => {
    const seen: Consistency[] = []
    const cache = new Map<string, object>()
    const auth = limen({ store: cached(notingStore(seen), { cache, maxAgeMs: 60_000 }) })
    const { userId } = await auth.createUser({})
    const { sessionId } = await auth.createSession({ userId })
    await auth.invalidateSession(sessionId, { userId })
    expect(seen).toEqual(['strong'])
  })

  it('P4: revokes nothing when the store cannot be read', async () => {
    const { auth, calls, faults, signIn } = createApp()
    const { session, user } = await signIn()
    faults.set('read', new Error('down'))
    const refused = auth.invalidateSession(session.sessionId, user)
    await expect(refused).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(calls).toEqual(['read'])
  })

  it('without options it costs one call, and revokes the session of any user', async () => {
    const { auth, calls, signIn } = createApp({ store: memoryStore() })
    const { session } = await signIn()
    await auth.invalidateSession(session.sessionId)
    expect(calls).toEqual(['delete'])
  })
})
