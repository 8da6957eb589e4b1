/** Sessions and users in Durable Objects: an object for each user, one call for whatever is asked. */
import { AuthError, type Store } from '@limen/core'
import { ROUTE_LENGTH, routeOf } from './route.ts'
import type { LocationHint, SessionsNamespace, SessionsObject } from './sessions-object.ts'

/** Where the objects are. */
export interface DurableObjectStoreOptions {
  /**
   * The region for objects that do not exist yet. Default: near the visitor who signs up, which is
   * where the object stays.
   */
  readonly locationHint?: LocationHint
}

/**
 * Keeps each user with its sessions in a Durable Object of its own. Nothing is shared between users,
 * and all promises of a store hold for every read: it sees every write confirmed before it.
 *
 * An object is named by a hash of the user id, which begins each session id of that user. It removes
 * dead sessions by an alarm of its own, so there is nothing left for a purge: `deleteExpired` is `0`.
 * Attributes are kept as JSON: use what JSON can carry.
 *
 * @param namespace The binding whose class is `LimenSessions`. `namespace.jurisdiction('eu')` is one too.
 * @returns The store for `limen({ store })`.
 * @throws {AuthError} `AUTH_RECORD_TOO_LARGE` from calls whose attributes exceed the 2 MB of a row;
 * nothing is changed then.
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
  options: DurableObjectStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  // A stub that has failed stays broken, so that each call takes a new one.
  const objectAt = (route: string): SessionsObject =>
    namespace.get(namespace.idFromName(route.slice(0, ROUTE_LENGTH)), options)

  return {
    routeLength: ROUTE_LENGTH,
    route: routeOf,

    read: async (sessionId) => parse(await objectAt(sessionId).read(sessionId)),

    insert: async ({ attributes, ...session }) =>
      parse(
        await objectAt(session.id)
          .insert({ ...session, attributes: JSON.stringify(attributes) })
          .catch(tooLarge),
      ),

    renew: async (sessionId, deadlines) => objectAt(sessionId).renew(sessionId, deadlines),

    update: async (sessionId, attributes) =>
      objectAt(sessionId).update(sessionId, changes(attributes)).catch(tooLarge),

    delete: async (sessionId) => objectAt(sessionId).delete(sessionId),

    deleteByUser: async (userId, { except = '' }) =>
      objectAt(await routeOf(userId)).deleteByUser(except),

    listByUser: async (userId) => JSON.parse(await objectAt(await routeOf(userId)).listByUser()),

    deleteExpired: async () => 0,

    createUser: async ({ id, attributes }) =>
      objectAt(await routeOf(id))
        .createUser(id, JSON.stringify(attributes))
        .catch(tooLarge),

    readUser: async (userId) => parse(await objectAt(await routeOf(userId)).readUser()),

    updateUser: async (userId, attributes) =>
      objectAt(await routeOf(userId))
        .updateUser(changes(attributes))
        .catch(tooLarge),

    deleteUser: async (userId) => objectAt(await routeOf(userId)).deleteUser(),
  }
}

function parse<Found>(found: string | null): Found | null {
  return found === null ? null : JSON.parse(found)
}

/** Attributes to merge; JSON would leave out what is undefined, and so keep the old value. */
function changes(attributes: object): string {
  const named = Object.entries(attributes).map(([name, value]) => [name, value ?? null])
  return JSON.stringify(Object.fromEntries(named))
}

function tooLarge(cause: unknown): never {
  if (cause instanceof Error && /SQLITE_TOOBIG|limited to 32MiB/.test(cause.message)) {
    const why = 'The attributes do not fit into a row of a Durable Object, which holds 2 MB'
    throw new AuthError('AUTH_RECORD_TOO_LARGE', why, { cause })
  }
  throw cause
}
