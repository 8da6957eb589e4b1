/** Calls any store with plain ids. */
import { sha256 } from './digest.ts'
import {
  type AnyStore,
  type AnyUserStore,
  ROUTE_LENGTH,
  type SessionStore,
  type EitherStore,
  type StoreId,
  type StoreTraits,
  type UserStore,
} from './store.ts'

/** The calls of a store, with plain ids. */
export interface PlainStore<UserAttributes, SessionAttributes>
  extends SessionStore<UserAttributes, SessionAttributes>, UserStore<UserAttributes> {
  /** The traits of the store. */
  readonly traits?: StoreTraits | undefined
}

/**
 * The route of a user.
 *
 * @param userId The user's id.
 * @returns 22 base64url characters of its SHA-256.
 */
export async function routeOf(userId: string): Promise<string> {
  return (await sha256(userId)).slice(0, ROUTE_LENGTH)
}

/**
 * Wraps a store so that it is called with plain ids: for stores that call another store, and for tests.
 *
 * @param store Any store.
 * @returns The same calls with plain ids. With the trait `routed`, a session id must begin with
 * {@link routeOf} its user.
 *
 * @example
 * const store = withPlainIds(memoryStore())
 * await store.createUser({ id: 'ada', attributes: {} })
 * // true
 */
export function withPlainIds<UserAttributes, SessionAttributes>(
  store: AnyStore<UserAttributes, SessionAttributes>,
): PlainStore<UserAttributes, SessionAttributes> {
  const { traits } = store
  const calls = store as EitherStore<UserAttributes, SessionAttributes>
  const sessionKey = (id: string): StoreId =>
    traits?.routed ? { route: id.slice(0, ROUTE_LENGTH), id } : id
  const userKey = keyOfUser(traits)

  return {
    ...(traits && { traits }),
    read: (id, options) => calls.read(sessionKey(id), options),
    insert(session, options) {
      const { replaces, ...limited } = options ?? {}
      const replaced = replaces !== undefined && { replaces: sessionKey(replaces) }
      return calls.insert({ ...session, id: sessionKey(session.id) }, { ...limited, ...replaced })
    },
    renew: (id, deadlines) => calls.renew(sessionKey(id), deadlines),
    update: (id, attributes) => calls.update(sessionKey(id), attributes),
    delete: (id) => calls.delete(sessionKey(id)),
    deleteByUser: async (id, options) => calls.deleteByUser(await userKey(id), options),
    listByUser: async (id) => calls.listByUser(await userKey(id)),
    ...(store.deleteExpired && { deleteExpired: (options) => store.deleteExpired!(options) }),
    ...withPlainUserIds(store),
  }
}

/** The calls on users of {@link withPlainIds}. */
export function withPlainUserIds<UserAttributes>(
  store: AnyUserStore<UserAttributes>,
): UserStore<UserAttributes> {
  const calls = store as UserStore<UserAttributes, StoreId>
  const userKey = keyOfUser(store.traits)

  return {
    createUser: async (user) => calls.createUser({ ...user, id: await userKey(user.id) }),
    readUser: async (id) => calls.readUser(await userKey(id)),
    updateUser: async (id, attributes) => calls.updateUser(await userKey(id), attributes),
    deleteUser: async (id) => calls.deleteUser(await userKey(id)),
  }
}

function keyOfUser(traits: StoreTraits | undefined): (id: string) => Promise<StoreId> {
  return async (id) => (traits?.routed ? { route: await routeOf(id), id } : id)
}
