/** Stores sessions and users in Durable Objects: one object for each user, one RPC for each call. */
import type { RoutedId, RoutedStore } from '@limen/core'
import { removedNames, routeIn, sessionLimitReached } from '@limen/core/store-kit'
import { OBJECT_STORE } from './messages.ts'
import { type DurableObjectStoreOptions, objectClient } from './object-client.ts'
import { LIMIT_REACHED, type SessionsNamespace, type SessionsObject } from './sessions-object.ts'

/** An id that no session has. */
const NO_SESSION = ''

/**
 * Stores each user with its sessions in a Durable Object of its own. Users share nothing, and every
 * read is strong: it sees every write that was confirmed before it.
 *
 * A session that replaces one of another user is in another object. It is stored first; then the other
 * session is deleted, and the new one too when the other did not exist. No client has the new token
 * before all of that is done, so a failure in between leaves at most a session that cannot be used.
 *
 * The route names the object. An object deletes its expired sessions by an alarm. Attributes are
 * stored as JSON. The class of the objects is `LimenSessions` of `@limen/workers/durable-object`; this
 * function does not import it, so it loads in every runtime.
 *
 * @param namespace The binding whose class is `LimenSessions`, such as `env.SESSIONS` or
 * `env.SESSIONS.jurisdiction('eu')`.
 * @param options Where new objects are created.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when
 * attributes exceed the 2 MB of a row, with `AUTH_STORE_REJECTED` for a call that the object rejects and
 * will reject again, and with `AUTH_STORE_UNAVAILABLE` otherwise: the change might have been made.
 * @throws {AuthError} `AUTH_CONFIG` when it is given another binding, or an option that does not fit.
 * @see {@link https://developers.cloudflare.com/durable-objects/reference/data-location/ Where objects are}
 *
 * @example
 * const auth = limen({
 *   store: durableObjectStore<{ name: string }, { device: string }>(env.SESSIONS),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function durableObjectStore<UserAttributes = object, SessionAttributes = object>(
  namespace: SessionsNamespace,
  options?: DurableObjectStoreOptions,
): RoutedStore<UserAttributes, SessionAttributes> {
  const callNamed = objectClient<SessionsObject>(OBJECT_STORE, namespace, options)

  /** Calls the object of one user. */
  const call = async <Answer>(id: RoutedId, send: (object: SessionsObject) => Promise<Answer>) =>
    callNamed(routeIn(OBJECT_STORE, id), send)

  return {
    traits: { routed: true, selfExpiring: true },

    read: async (sessionId) => parse(await call(sessionId, (object) => object.read(sessionId.id))),

    async insert({ id: sessionId, attributes, ...session }, { replaces, limit } = {}) {
      const sent = { ...session, id: sessionId.id, attributes: JSON.stringify(attributes) }
      const isMoved = replaces !== undefined && replaces.route !== sessionId.route
      const replacesHere = replaces && !isMoved ? { replaces: replaces.id } : {}
      const options = { ...replacesHere, ...(limit && { limit }) }
      // A limit must not revoke sessions for a session that will not be stored.
      if (isMoved && limit && !(await isStored(replaces))) return null
      const stored = await call(sessionId, (object) => object.insert(sent, options))
      if (limit && stored === LIMIT_REACHED) throw sessionLimitReached(limit.most)
      if (stored === null || !isMoved || (await remove(replaces))) return parse(stored)
      await remove(sessionId)
      return null
    },

    renew: (sessionId, deadlines) =>
      call(sessionId, (object) => object.renew(sessionId.id, deadlines)),

    update: (sessionId, attributes) =>
      call(sessionId, (object) => object.update(sessionId.id, ...changesOf(attributes))),

    async delete(sessionId) {
      await remove(sessionId)
    },

    deleteByUser: (userId, { except = NO_SESSION }) =>
      call(userId, (object) => object.deleteByUser(except)),

    listByUser: async (userId) => JSON.parse(await call(userId, (object) => object.listByUser())),

    createUser: ({ id: userId, attributes }) =>
      call(userId, (object) => object.createUser(userId.id, JSON.stringify(attributes))),

    readUser: async (userId) => parse(await call(userId, (object) => object.readUser())),

    updateUser: (userId, attributes) =>
      call(userId, (object) => object.updateUser(...changesOf(attributes))),

    deleteUser: (userId) => call(userId, (object) => object.deleteUser()),
  }

  /** Deletes a session, and returns whether it existed. */
  function remove(sessionId: RoutedId): Promise<boolean> {
    return call(sessionId, (object) => object.delete(sessionId.id))
  }

  async function isStored(sessionId: RoutedId): Promise<boolean> {
    return (await call(sessionId, (object) => object.read(sessionId.id))) !== null
  }
}

function parse<Found>(found: string | null): Found | null {
  return found === null ? null : JSON.parse(found)
}

/** An update as JSON, and the names that it removes: JSON omits what is undefined. */
function changesOf(attributes: object): [attributes: string, removed: string] {
  return [JSON.stringify(attributes), JSON.stringify(removedNames(attributes))]
}
