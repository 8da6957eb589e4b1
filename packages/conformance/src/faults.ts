/** A store that fails when it is told to: for tests of what stands on a store. */
import { AuthError, type SessionAndUser, type Store, type StoreCall } from '@limen/core'

/**
 * How one call goes wrong.
 *
 * - `before`: it rejects, and nothing has happened.
 * - `rejected`: it rejects with `AUTH_STORE_REJECTED`, as for a missing table, and nothing has happened.
 * - `after`: it rejects, but has happened: the answer was lost.
 * - `half-way`: it rejects, and a part of it has happened, where it has parts.
 * - `stale`: an eventual read gives what was read of that session before, if anything was.
 */
export type Fault = 'before' | 'rejected' | 'after' | 'half-way' | 'stale'

/**
 * Chooses what goes wrong; `undefined`: nothing. A promise delays the call until it is settled.
 *
 * @param call The call that is being made.
 * @param args Its arguments.
 */
export type ChooseFault = (
  call: StoreCall,
  args: readonly unknown[],
) => Fault | undefined | Promise<Fault | undefined>

/**
 * Puts faults between a store and what stands on it.
 *
 * @param store A store that works.
 * @param choose Says for each call what goes wrong.
 * @returns The same store with faults. Except for `rejected` it throws an `Error`, as an engine does.
 *
 * @example
 * const store = faulty(memoryStore(), (call) => (call === 'delete' ? 'after' : undefined))
 * const auth = limen({ store })
 * const { userId } = await auth.createUser({})
 * const { sessionId } = await auth.createSession({ userId })
 * await auth.invalidateSession(sessionId).catch(({ code }) => code)
 * // 'AUTH_STORE_UNAVAILABLE'
 */
export function faulty<UserAttributes, SessionAttributes>(
  store: Store<UserAttributes, SessionAttributes>,
  choose: ChooseFault,
): Store<UserAttributes, SessionAttributes> {
  const seen = new Map<string, SessionAndUser<UserAttributes, SessionAttributes>>()

  return {
    ...store,

    read: (id, options) =>
      through(
        'read',
        [id, options],
        async () => {
          const found = await store.read(id, options)
          if (found) seen.set(id, found)
          return found
        },
        undefined,
        options.consistency === 'eventual' ? seen.get(id) : undefined,
      ),

    insert: (session) => through('insert', [session], () => store.insert(session)),

    renew: (id, deadlines) =>
      through(
        'renew',
        [id, deadlines],
        () => store.renew(id, deadlines),
        () => store.renew(id, { ...deadlines, idlePeriodExpiresAt: 0 }),
      ),

    update: (id, attributes) =>
      through(
        'update',
        [id, attributes],
        () => store.update(id, attributes),
        () => store.update(id, firstOf(attributes)),
      ),

    delete: (id) => through('delete', [id], () => store.delete(id)),

    deleteByUser: (userId, options) =>
      through(
        'deleteByUser',
        [userId, options],
        () => store.deleteByUser(userId, options),
        async () => {
          const others = (await store.listByUser(userId)).map(({ session }) => session.id)
          const first = others.find((id) => id !== options.except)
          if (first) await store.delete(first)
        },
      ),

    listByUser: (userId) => through('listByUser', [userId], () => store.listByUser(userId)),

    deleteExpired: (options) =>
      through(
        'deleteExpired',
        [options],
        () => store.deleteExpired(options),
        () => store.deleteExpired({ ...options, limit: 1 }),
      ),

    createUser: (user) => through('createUser', [user], () => store.createUser(user)),

    readUser: (userId) => through('readUser', [userId], () => store.readUser(userId)),

    updateUser: (userId, attributes) =>
      through(
        'updateUser',
        [userId, attributes],
        () => store.updateUser(userId, attributes),
        () => store.updateUser(userId, firstOf(attributes)),
      ),

    deleteUser: (userId) =>
      through(
        'deleteUser',
        [userId],
        () => store.deleteUser(userId),
        () => store.deleteByUser(userId, {}),
      ),
  }

  async function through<Answer>(
    call: StoreCall,
    args: readonly unknown[],
    whole: () => Promise<Answer>,
    part?: () => Promise<unknown>,
    old?: Answer,
  ): Promise<Answer> {
    const fault = await choose(call, args)
    if (fault === 'stale' && old !== undefined) return old
    if (fault === 'rejected') {
      throw new AuthError('AUTH_STORE_REJECTED', `${call}: the engine rejected the call`)
    }
    if (fault === 'before') throw new Error(`${call}: the engine was not reached`)
    if (fault === 'half-way') {
      await part?.()
      throw new Error(`${call}: the engine failed half-way`)
    }
    const answer = await whole()
    if (fault === 'after') throw new Error(`${call}: the answer was lost`)
    return answer
  }
}

function firstOf<Attributes>(attributes: Partial<Attributes>): Partial<Attributes> {
  return Object.fromEntries(Object.entries(attributes).slice(0, 1)) as Partial<Attributes>
}
