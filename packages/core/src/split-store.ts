/** Keeps sessions in one store and users in another. */
import { type OptionRule, checkOptions } from './options.ts'
import { withPlainIds, withPlainUserIds } from './plain-ids.ts'
import {
  type AnyStore,
  type AnyUserStore,
  type RoutedStore,
  STORE,
  type SessionAndUser,
  type Store,
  type StoreCalls,
  idOf,
  isUserStore,
} from './store.ts'

const ATTEMPTS = 3
const USERS: OptionRule = [
  isUserStore,
  'a store of users: a whole store, or createUser, readUser, updateUser and deleteUser',
  true,
]

/** Which store keeps what. */
export interface SplitStores<UserAttributes, SessionAttributes> {
  /** Keeps the sessions. Where it wants users of its own, it is given their ids and no attributes. */
  readonly sessions: AnyStore<object, SessionAttributes>
  /** Keeps the users. Whom it does not know is nobody, whatever sessions there are. */
  readonly users: AnyUserStore<UserAttributes>
}

/** Joins two stores, as the other signature does, where the sessions are in a routed store. */
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<UserAttributes, SessionAttributes> & {
    readonly sessions: RoutedStore<object, SessionAttributes>
  },
): RoutedStore<UserAttributes, SessionAttributes>
/**
 * Joins two stores: sessions in one, users in another.
 *
 * A user is whom `users` knows, also one who was created past this store; a session counts only while
 * `users` knows its user, so that somebody deleted there is signed out. No change spans both engines:
 * each is made in an order that leaves no session without a user when it stops half-way, and making
 * it again finishes it. Do not create a user's id anew before its
 * `deleteUser` has resolved, nor one that was deleted past this store: it would have the old sessions.
 *
 * The price is a second round trip, since only the session says whose it is: two to validate, three
 * more to renew, two to sign in, and three more at the first sign-in of a user created past this store.
 *
 * @param stores Which store keeps what. `sessions` must take a user without attributes.
 * @returns The store for `limen({ store })`, with the types of both.
 * @throws {AuthError} `AUTH_CONFIG` when one of the two is missing or is no store.
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
  stores: SplitStores<UserAttributes, SessionAttributes> & {
    readonly sessions: Store<object, SessionAttributes>
  },
): Store<UserAttributes, SessionAttributes>
export function splitStore<UserAttributes, SessionAttributes>(
  stores: SplitStores<UserAttributes, SessionAttributes>,
): AnyStore<UserAttributes, SessionAttributes> {
  checkOptions('splitStore(): ', stores, { sessions: STORE, users: USERS })
  const sessions = withPlainIds(stores.sessions)
  const users = withPlainUserIds(stores.users)
  const { deleteExpired } = sessions
  const staleMisses = sessions.traits?.staleMisses || stores.users.traits?.staleMisses
  const anchor = (userId: string) => sessions.createUser({ id: userId, attributes: {} })

  return {
    traits: { ...sessions.traits, ...(staleMisses && { staleMisses }) },

    read: (sessionId, options) => read(idOf(sessionId), options),

    async insert(record) {
      const session = { ...record, id: idOf(record.id) }
      const { userId } = session
      let isAnchored = false
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const user = await users.readUser(userId)
        if (!user) {
          if (isAnchored) await sessions.deleteUser(userId)
          return null
        }
        if (await sessions.insert(session)) return user
        isAnchored = await anchor(userId)
      }
      throw new Error('the store of the sessions keeps losing the user')
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

    ...(deleteExpired && { deleteExpired }),

    async createUser(record) {
      const user = { ...record, id: idOf(record.id) }
      if (!(await anchor(user.id)) && !(await users.readUser(user.id))) {
        // A deletion that stopped half-way has left sessions, which are not to be this user's.
        await sessions.deleteUser(user.id)
        await anchor(user.id)
      }
      return users.createUser(user)
    },

    readUser: (userId) => users.readUser(idOf(userId)),

    updateUser: (userId, attributes) => users.updateUser(idOf(userId), attributes),

    async deleteUser(key) {
      const userId = idOf(key)
      // From here on no session of this user counts, and no new one can.
      await users.deleteUser(userId)
      await sessions.deleteUser(userId)
    },
  } satisfies StoreCalls<UserAttributes, SessionAttributes> as AnyStore<
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
