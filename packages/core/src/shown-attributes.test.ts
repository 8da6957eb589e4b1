/** A9, A10: errors in getUserAttributes and getSessionAttributes, and a clock that jumps. */
import { describe, expect, it } from 'vitest'
import { type AuthEvent, limen } from '@limen/core'
import { memoryStore } from './memory-store.ts'

const code = (expected: string) =>
  expect.objectContaining({ name: 'AuthError', code: expected }) as Error

const DAY = 86_400_000

/** A store with one user, and the events of the `auth` objects over it. */
async function storeWithUser() {
  const store = memoryStore<{ name: string }, { device: string }>()
  await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
  const events: AuthEvent[] = []
  const onEvent = (event: AuthEvent) => events.push(event)
  return { store, events, onEvent }
}

describe('A9: getUserAttributes that throws', () => {
  const broken = new Error('an old row')
  const throwing = () => {
    throw broken
  }

  it('makes createUser() reject, with nothing stored and nothing reported', async () => {
    const { store, events, onEvent } = await storeWithUser()
    const auth = limen({ store, onEvent, getUserAttributes: throwing })
    const creating = auth.createUser({ userId: 'bob', attributes: { name: 'Bob' } })
    await expect(creating).rejects.toBe(broken)
    expect(await store.readUser('bob')).toBeNull()
    expect(events).toEqual([])
  })

  it.each(['getUserAttributes', 'getSessionAttributes'] as const)(
    'in %s makes createSession() reject, and deletes the session',
    async (option) => {
      const { store, events, onEvent } = await storeWithUser()
      const auth = limen({ store, onEvent, [option]: throwing })
      const creating = auth.createSession({ userId: 'ada', attributes: { device: 'Phone' } })
      await expect(creating).rejects.toBe(broken)
      expect(await store.listByUser('ada')).toEqual([])
      expect(events).toEqual([])
    },
  )

  it('makes createSession() reject with the same error also when the store fails then', async () => {
    const { store, events, onEvent } = await storeWithUser()
    const failing = { ...store, delete: () => Promise.reject(new Error('down')) }
    const auth = limen({ store: failing, onEvent, getSessionAttributes: throwing })
    const creating = auth.createSession({ userId: 'ada', attributes: { device: 'Phone' } })
    await expect(creating).rejects.toBe(broken)
    expect(events).toEqual([
      { type: 'store-failed', call: 'delete', code: 'AUTH_STORE_UNAVAILABLE' },
    ])
  })

  it('makes updateUserAttributes() reject after it has stored the update', async () => {
    const { store } = await storeWithUser()
    const auth = limen({ store, getUserAttributes: throwing })
    await expect(auth.updateUserAttributes('ada', { name: 'Ada L.' })).rejects.toBe(broken)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { name: 'Ada L.' } })
  })

  it('makes reads reject, and never deletes a cookie', async () => {
    const { store } = await storeWithUser()
    const session = await limen({ store }).createSession({
      userId: 'ada',
      attributes: { device: 'Phone' },
    })
    const auth = limen({ store, getUserAttributes: throwing })
    await expect(auth.getUser('ada')).rejects.toBe(broken)
    await expect(auth.getSession(session.sessionId)).rejects.toBe(broken)
    await expect(auth.validateSession(auth.createBearerToken(session))).rejects.toBe(broken)
    expect(await store.listByUser('ada')).toHaveLength(1)
  })
})

describe('A9: getUserAttributes that returns a promise', () => {
  const promising: [what: string, answer: () => object][] = [
    ['a promise', () => Promise.resolve({ name: 'Ada' })],
    ['a promise with fields', () => Object.assign(Promise.resolve({}), { name: 'Ada' })],
  ]
  it.each(promising)('%s: AUTH_CONFIG, with nothing stored', async (_, answer) => {
    for (const option of ['getUserAttributes', 'getSessionAttributes']) {
      const { store } = await storeWithUser()
      const auth = limen({ store, [option]: answer })
      const attributes = { device: 'Phone' }
      await expect(auth.createSession({ userId: 'ada', attributes })).rejects.toThrow(
        code('AUTH_CONFIG'),
      )
      expect(await store.listByUser('ada')).toEqual([])
      const creating = auth.createUser({ userId: 'bob', attributes: { name: 'Bob' } })
      if (option === 'getUserAttributes') {
        await expect(creating).rejects.toThrow(code('AUTH_CONFIG'))
        expect(await store.readUser('bob')).toBeNull()
        await expect(auth.getUser('ada')).rejects.toThrow(code('AUTH_CONFIG'))
      }
      await creating.catch(() => {})
    }
  })

  it.each(['getUserAttributes', 'getSessionAttributes'])(
    'an async function in %s is refused when limen() is called',
    async (option) => {
      const { store } = await storeWithUser()
      const shows = async () => ({})
      expect(() => limen({ store, [option]: shows })).toThrow(code('AUTH_CONFIG'))
      expect(() => limen({ store, [option]: async function* () {} })).toThrow(code('AUTH_CONFIG'))
    },
  )

  it('that returns undefined shows no attribute', async () => {
    const { store } = await storeWithUser()
    const nothing = (() => undefined) as unknown as () => object
    const auth = limen({ store, getUserAttributes: nothing, getSessionAttributes: nothing })
    expect(await auth.getUser('ada')).toEqual({ userId: 'ada' })
    const attributes = { device: 'Phone' }
    expect((await auth.createSession({ userId: 'ada', attributes })).user).toEqual({
      userId: 'ada',
    })
  })
})

describe('A10: a clock that jumps past both periods while a session is created', () => {
  it('makes createSession() reject, and deletes the session', async () => {
    const { store, events, onEvent } = await storeWithUser()
    let time = 1_700_000_000_000
    const now = () => (time += 20 * DAY)
    const auth = limen({ store, onEvent, now })
    const creating = auth.createSession({ userId: 'ada', attributes: { device: 'Phone' } })
    await expect(creating).rejects.toThrow(code('AUTH_INVALID_SESSION_ID'))
    expect(await store.listByUser('ada')).toEqual([])
    expect(events).toEqual([])
  })
})
