/** A store that fails when a test chooses so: for tests of what is built on a store. */
import {
  type AnyStore,
  AuthError,
  type InsertOptions,
  type SessionAndUser,
  type StoreCall,
} from '@limen/core'
import { type EitherStore, type StoreId, idOf, withPlainIds } from '@limen/core/store-kit'

/**
 * How one call fails.
 *
 * - `before`: it rejects, and nothing has happened.
 * - `rejected`: it rejects with `AUTH_STORE_REJECTED`, as for a missing table, and nothing has happened.
 * - `after`: it rejects, but it has happened: the answer was lost.
 * - `half-way`: it rejects, and a part of it has happened, where it has parts. An insert that replaces
 *   a session, or that can revoke the oldest, stores the new session and ends none.
 * - `stale`: an eventual read returns what was read of that session before, if anything was.
 */
export type Fault = 'before' | 'rejected' | 'after' | 'half-way' | 'stale'

/**
 * Chooses how a call fails; `undefined`: it does not. A promise delays the call until it is resolved.
 *
 * @param call The call that is made.
 * @param args Its arguments.
 */
export type ChooseFault = (
  call: StoreCall,
  args: readonly unknown[],
) => Fault | undefined | Promise<Fault | undefined>

/**
 * Puts faults between a store and what is built on it.
 *
 * @param working A store that works.
 * @param choose Returns for each call how it fails.
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
export function faulty<Working extends AnyStore<unknown, unknown>>(
  working: Working,
  choose: ChooseFault,
): Working {
  const store = working as EitherStore<unknown, unknown>
  const seen = new Map<string, SessionAndUser<unknown, unknown>>()

  return {
    ...store,

    read: (id, options) =>
      through(
        'read',
        [id, options],
        async () => {
          const found = await store.read(id, options)
          if (found) seen.set(idOf(id), found)
          return found
        },
        undefined,
        options.consistency === 'eventual' ? seen.get(idOf(id)) : undefined,
      ),

    insert: (session, options) =>
      through(
        'insert',
        [session, options],
        () => store.insert(session, options),
        // The new session is stored, and no other one has ended yet.
        async () => endsOthers(options) && store.insert(session),
      ),

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
          if (first) await withPlainIds(working).delete(first)
        },
      ),

    listByUser: (userId) => through('listByUser', [userId], () => store.listByUser(userId)),

    ...(store.deleteExpired && {
      deleteExpired: (options) =>
        through(
          'deleteExpired',
          [options],
          () => store.deleteExpired!(options),
          () => store.deleteExpired!({ ...options, limit: 1 }),
        ),
    }),

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
  } satisfies EitherStore<unknown, unknown> as unknown as Working

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

function endsOthers({ replaces, limit }: InsertOptions<StoreId> = {}): boolean {
  return replaces !== undefined || limit?.onLimit === 'revoke-oldest'
}

function firstOf<Attributes>(attributes: Partial<Attributes>): Partial<Attributes> {
  return Object.fromEntries(Object.entries(attributes).slice(0, 1)) as Partial<Attributes>
}
