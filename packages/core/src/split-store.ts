/** Keeps sessions in one store and users in another. */
import { declaredBy } from './declared.ts'
import { type OptionRule, checkOptions } from './options.ts'
import { STORE, type SessionAndUser, type Store, isUserStore } from './store.ts'

const ATTEMPTS = 3
const USERS: OptionRule = [
  isUserStore,
  'a store of users: a whole store, or createUser, readUser, updateUser and deleteUser',
  true,
]

/** The calls on users: a whole store has them, or write these four over a table of your own. */
export type UserStore<UserAttributes> = Pick<
  Store<UserAttributes, never>,
  'createUser' | 'readUser' | 'updateUser' | 'deleteUser' | 'staleMisses'
>

/** Which store keeps what. */
export interface SplitStores<UserAttributes, SessionAttributes> {
  /** Keeps the sessions. Where it wants users of its own, it is given their ids and no attributes. */
  readonly sessions: Store<object, SessionAttributes>
  /** Keeps the users. Whom it does not know is nobody, whatever sessions there are. */
  readonly users: UserStore<UserAttributes>
}

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
  stores: SplitStores<UserAttributes, SessionAttributes>,
): Store<UserAttributes, SessionAttributes> {
  checkOptions('splitStore(): ', stores, { sessions: STORE, users: USERS })
  const { sessions, users } = stores
  const anchor = (userId: string) => sessions.createUser({ id: userId, attributes: {} })

  return {
    ...declaredBy(sessions),
    ...(users.staleMisses && { staleMisses: true }),

    read,

    async insert(session) {
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
      (await isThere(sessionId)) && sessions.renew(sessionId, deadlines),

    update: async (sessionId, attributes) =>
      (await isThere(sessionId)) && sessions.update(sessionId, attributes),

    delete: (sessionId) => sessions.delete(sessionId),

    deleteByUser: (userId, which) => sessions.deleteByUser(userId, which),

    async listByUser(userId) {
      const [found, user] = await Promise.all([sessions.listByUser(userId), users.readUser(userId)])
      return user ? found.map(({ session }) => ({ session, user })) : []
    },

    deleteExpired: (which) => sessions.deleteExpired(which),

    async createUser(user) {
      if (!(await anchor(user.id)) && !(await users.readUser(user.id))) {
        // A deletion that stopped half-way has left sessions, which are not to be this user's.
        await sessions.deleteUser(user.id)
        await anchor(user.id)
      }
      return users.createUser(user)
    },

    readUser: (userId) => users.readUser(userId),

    updateUser: (userId, attributes) => users.updateUser(userId, attributes),

    async deleteUser(userId) {
      // From here on no session of this user counts, and no new one can.
      await users.deleteUser(userId)
      await sessions.deleteUser(userId)
    },
  }

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
