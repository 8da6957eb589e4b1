/** Joins two stores: sessions in one, users in another. */
import { type OptionRule, checkOptions } from './options.ts'
import { withPlainIds, withPlainUserIds } from './plain-ids.ts'
import {
  type AnyStore,
  type AnyUserStore,
  type PlainUserStore,
  type RoutedStore,
  type RoutedUserStore,
  STORE,
  type SessionAndUser,
  type Store,
  type EitherStore,
  idOf,
  isUserStore,
} from './store.ts'

const ATTEMPTS = 3
const USERS: OptionRule = [
  isUserStore,
  'a store of users: a whole store, or its traits with createUser, readUser, updateUser and deleteUser',
  true,
]

/** Which store has the sessions and which has the users. */
export interface SplitStores<Sessions, Users> {
  /** Stores the sessions, and the ids of their users without attributes. */
  readonly sessions: Sessions
  /** Stores the users. A session whose user is not in this store is treated as missing. */
  readonly users: Users
}

/**
 * Joins two stores: sessions in one, users in another.
 *
 * A user can also be created or deleted in `users` directly. A session is valid only while its user is
 * in `users`, so a user who is deleted there is signed out. No change spans both engines: the steps of
 * each are ordered so that an interrupted one leaves no valid session without a user, and repeating it
 * completes it. Do not create a user again under the same id before `deleteUser` of this store has
 * resolved: the new user could lose a session that was just confirmed. And do not create one in `users`
 * directly after a deletion there: the new user would have the old sessions.
 *
 * The cost is a second round trip, because only the session has the id of its user: two to validate,
 * three more to renew, two to sign in, four to replace a session, and three more at the first sign-in
 * of a user who was created in `users` directly.
 *
 * @param stores Both stores. `sessions` must accept a user without attributes.
 * @returns The store for `limen({ store })`, with the types of both.
 * @throws {AuthError} `AUTH_CONFIG` when one of the two is missing or is not a store.
 *
 * @example
 * const store = splitStore({
 *   sessions: memoryStore<object, { device: string }>(),
 *   users: memoryStore<{ name: string }>(),
 * })
 * await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
 * await store.readUser('ada')
 * // { id: 'ada', attributes: { name: 'Ada' } }
 */
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<Store<object, SessionAttributes>, PlainUserStore<UserAttributes>>,
): Store<UserAttributes, SessionAttributes>
/** Joins a routed store of sessions and a store of users: see the first signature. */
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<RoutedStore<object, SessionAttributes>, PlainUserStore<UserAttributes>>,
): RoutedStore<UserAttributes, SessionAttributes>
/** Joins a store of sessions and a routed store of users: see the first signature. */
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<Store<object, SessionAttributes>, RoutedUserStore<UserAttributes>>,
): Store<UserAttributes, SessionAttributes>
/** Joins two routed stores: see the first signature. */
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<RoutedStore<object, SessionAttributes>, RoutedUserStore<UserAttributes>>,
): RoutedStore<UserAttributes, SessionAttributes>
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<AnyStore<object, SessionAttributes>, AnyUserStore<UserAttributes>>,
): AnyStore<UserAttributes, SessionAttributes> {
  const checked = checkOptions('splitStore(): ', stores, { sessions: STORE, users: USERS })
  const sessions = withPlainIds(checked.sessions)
  const users = withPlainUserIds(checked.users)
  const staleMisses = sessions.traits?.staleMisses || checked.users.traits?.staleMisses
  const anchor = (userId: string) => sessions.createUser({ id: userId, attributes: {} })

  return {
    traits: { ...sessions.traits, ...(staleMisses && { staleMisses }) },

    read: (sessionId, options) => read(idOf(sessionId), options),

    async insert(record, { replaces, limit } = {}) {
      const session = { ...record, id: idOf(record.id) }
      const { userId } = session
      const replaced = replaces === undefined ? undefined : idOf(replaces)
      let isAnchored = false
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const user = await users.readUser(userId)
        if (!user) {
          if (isAnchored) await sessions.deleteUser(userId)
          return null
        }
        if (replaced !== undefined && !(await isThere(replaced))) return null
        if (await sessions.insert(session, { replaces: replaced, limit })) return user
        isAnchored = await anchor(userId)
      }
      throw new Error('splitStore(): the store of the sessions lost the user again and again')
    },

    renew: async (sessionId, deadlines) =>
      (await isThere(idOf(sessionId))) && sessions.renew(idOf(sessionId), deadlines),

    update: async (sessionId, attributes) =>
      (await isThere(idOf(sessionId))) && sessions.update(idOf(sessionId), attributes),

    delete: (sessionId) => sessions.delete(idOf(sessionId)),

    deleteByUser: (userId, which) => sessions.deleteByUser(idOf(userId), which),

    async listByUser(key) {
      const userId = idOf(key)
      const [found, user] = await Promise.all([sessions.listByUser(userId), users.readUser(userId)])
      return user ? found.map(({ session }) => ({ session, user })) : []
    },

    ...(sessions.deleteExpired && { deleteExpired: (which) => sessions.deleteExpired!(which) }),

    async createUser(record) {
      const user = { ...record, id: idOf(record.id) }
      if (!(await anchor(user.id)) && !(await users.readUser(user.id))) {
        // An interrupted deletion can have left sessions, which must not become this user's.
        await sessions.deleteUser(user.id)
        await anchor(user.id)
      }
      return users.createUser(user)
    },

    readUser: (userId) => users.readUser(idOf(userId)),

    updateUser: (userId, attributes) => users.updateUser(idOf(userId), attributes),

    async deleteUser(key) {
      const userId = idOf(key)
      // From here on no session of this user is valid, and none can be created.
      await users.deleteUser(userId)
      await sessions.deleteUser(userId)
    },
  } satisfies EitherStore<UserAttributes, SessionAttributes> as AnyStore<
    UserAttributes,
    SessionAttributes
  >

  async function read(
    sessionId: string,
    options: Parameters<typeof sessions.read>[1],
  ): Promise<SessionAndUser<UserAttributes, SessionAttributes> | null> {
    const found = await sessions.read(sessionId, options)
    const user = found && (await users.readUser(found.session.userId))
    return found && user && { session: found.session, user }
  }

  async function isThere(sessionId: string): Promise<boolean> {
    return (await read(sessionId, { consistency: 'strong' })) !== null
  }
}
