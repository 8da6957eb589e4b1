import { type RoutedStore, type SessionRecord, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type StoreId, idOf } from '@limen/core/store-kit'
import { ageSession, signIn } from '@limen/testing'
import { describe, expect, it } from 'vitest'

const DAY = 86_400_000

/** A memory store that is called as a store with the trait `routed` is. */
function routedStore(): RoutedStore<object, object> {
  const store = memoryStore()
  const calls: StoreId[] = []
  const plain =
    <Rest extends unknown[], Result>(call: (id: string, ...rest: Rest) => Result) =>
    (id: StoreId, ...rest: Rest) => {
      calls.push(id)
      if (typeof id === 'string' || !id.id.startsWith(id.route)) throw new Error('no route')
      return call(idOf(id), ...rest)
    }
  return {
    ...(store as unknown as RoutedStore<object, object>),
    traits: { routed: true },
    read: plain((id) => store.read(id, { consistency: 'strong' })),
    delete: plain((id) => store.delete(id)),
    insert: (session) =>
      plain(async (id) => {
        const existing = await store.read(id, { consistency: 'strong' })
        if (existing) throw new Error('a primary key is unique')
        return store.insert({ ...session, id } as SessionRecord<object>)
      })(session.id),
    createUser: (user) => store.createUser({ ...user, id: idOf(user.id) }),
  }
}

describe('ageSession()', () => {
  it.each([
    ['a plain store', memoryStore],
    ['a routed store', routedStore],
  ])('makes a session idle, then expired, in %s', async (_, open) => {
    const store = open()
    const auth = limen({ store })
    const { session } = await signIn(auth, {})
    const read = () => auth.getSession(session.sessionId)

    await ageSession(store, session, DAY - 10_000)
    expect((await read())?.state).toBe('active')
    await ageSession(store, session, 10_000)
    expect(await read()).toMatchObject({
      state: 'idle',
      createdAt: new Date(+session.createdAt - DAY),
      activePeriodExpiresAt: new Date(+session.activePeriodExpiresAt - DAY),
      idlePeriodExpiresAt: new Date(+session.idlePeriodExpiresAt - DAY),
    })
    await ageSession(store, session, { days: 14 })
    expect(await read()).toBeNull()
  })

  it('changes nothing else: the token, the user and the attributes', async () => {
    const store = memoryStore<{ name: string }, { device: string }>()
    const auth = limen({ store })
    const ada = await signIn(auth, {
      attributes: { name: 'Ada' },
      sessionAttributes: { device: 'laptop' },
    })
    const read = () => store.read(ada.session.sessionId, { consistency: 'strong' })
    const before = (await read())!
    await ageSession(store, ada.session, 1000)
    expect(await read()).toEqual({
      user: before.user,
      session: {
        ...before.session,
        createdAt: before.session.createdAt - 1000,
        activePeriodExpiresAt: before.session.activePeriodExpiresAt - 1000,
        idlePeriodExpiresAt: before.session.idlePeriodExpiresAt - 1000,
      },
    })
    expect(await auth.handleRequest(ada.request('/')).validate()).not.toBeNull()
  })

  it('lets the session be renewed from the present', async () => {
    const store = memoryStore()
    const auth = limen({ store })
    const ada = await signIn(auth, {})
    await ageSession(store, ada.session, { days: 2 })
    const renewed = await auth.handleRequest(ada.request('/')).validate()
    expect(renewed?.fresh).toBe(true)
    expect(+renewed!.activePeriodExpiresAt).toBeGreaterThanOrEqual(
      +ada.session.activePeriodExpiresAt,
    )
  })

  it('counts for an absolute period, too', async () => {
    const store = memoryStore()
    const auth = limen({ store, sessionExpiresIn: { absolutePeriod: 30 * DAY } })
    const { session } = await signIn(auth, {})
    await ageSession(store, session, { days: 30 })
    expect(await auth.getSession(session.sessionId)).toBeNull()
  })

  it('rejects for a session that does not exist, and for a broken duration', async () => {
    const store = memoryStore()
    const { session } = await signIn(limen({ store }), {})
    const duration = /^ageSession\(\): the duration must be whole milliseconds/
    await expect(ageSession(store, session, -1)).rejects.toThrow(duration)
    await store.delete(session.sessionId)
    await expect(ageSession(store, session, 1)).rejects.toThrow(
      new Error(`ageSession(): there is no session ${session.sessionId}`),
    )
  })
})
