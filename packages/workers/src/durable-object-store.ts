/** Stores sessions and users in Durable Objects: one object for each user, one RPC for each call. */
import type { RoutedId, RoutedStore } from '@limen/core'
import {
  checkCallOptions,
  firstLineOf,
  removedNames,
  routeIn,
  storeFailure,
} from '@limen/core/store-kit'
import { checkBinding } from './check.ts'
import { OBJECT_BINDING, OBJECT_STORE, durableObject, regionForm, wrongClass } from './messages.ts'
import type { LocationHint, SessionsNamespace, SessionsObject } from './sessions-object.ts'

const REGIONS: readonly LocationHint[] = [
  'wnam',
  'enam',
  'sam',
  'weur',
  'eeur',
  'apac',
  'apac-ne',
  'apac-se',
  'oc',
  'afr',
  'me',
]
/** An id that no session has. */
const NO_SESSION = ''
const TOO_LARGE = /SQLITE_TOOBIG|limited to 32MiB/
const NEVER = /^$/
const REJECTED = /SQLITE_(ERROR|CONSTRAINT)|SQL is not enabled|does not implement/

/** Where new objects are created. */
export interface DurableObjectStoreOptions {
  /**
   * The region of new objects. An object does not move later. Default: near the request that creates
   * the user.
   */
  readonly locationHint?: LocationHint | undefined
}

/**
 * Stores each user with its sessions in a Durable Object of its own. Users share nothing, and every
 * read is strong: it sees every write that was confirmed before it.
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
  checkBinding(OBJECT_STORE, OBJECT_BINDING, namespace, 'idFromName', 'get')
  const { locationHint } = checkCallOptions(OBJECT_STORE, options, {
    locationHint: [(hint) => REGIONS.includes(hint as LocationHint), regionForm(REGIONS)],
  })

  /** Calls the object of one user. */
  async function call<Answer>(
    id: RoutedId,
    send: (object: SessionsObject) => Promise<Answer>,
  ): Promise<Answer> {
    const route = routeIn(OBJECT_STORE, id)
    try {
      const objectId = namespace.idFromName(route)
      // A stub that has failed stays broken: each call creates a new one.
      return await send(namespace.get(objectId, locationHint && { locationHint }))
    } catch (cause) {
      throw failed(cause)
    }
  }

  return {
    traits: { routed: true, selfExpiring: true },

    read: async (sessionId) => parse(await call(sessionId, (object) => object.read(sessionId.id))),

    async insert({ id: sessionId, attributes, ...session }) {
      const sent = { ...session, id: sessionId.id, attributes: JSON.stringify(attributes) }
      return parse(await call(sessionId, (object) => object.insert(sent)))
    },

    renew: (sessionId, deadlines) =>
      call(sessionId, (object) => object.renew(sessionId.id, deadlines)),

    update: (sessionId, attributes) =>
      call(sessionId, (object) => object.update(sessionId.id, ...changesOf(attributes))),

    delete: (sessionId) => call(sessionId, (object) => object.delete(sessionId.id)),

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
}

function parse<Found>(found: string | null): Found | null {
  return found === null ? null : JSON.parse(found)
}

/** An update as JSON, and the names that it removes: JSON omits what is undefined. */
function changesOf(attributes: object): [attributes: string, removed: string] {
  return [JSON.stringify(attributes), JSON.stringify(removedNames(attributes))]
}

/** Creates the error to throw. The cause comes from another isolate: its class is lost, and its name and code can be. */
function failed(cause: unknown): unknown {
  const { name, code, retryable, overloaded } = Object(cause) as Partial<
    Record<'name' | 'code' | 'retryable' | 'overloaded', unknown>
  >
  if (name === 'AuthError' && code) return cause
  const line = firstLineOf(cause)
  const isTransient = retryable === true || overloaded === true
  return storeFailure(
    durableObject(/does not implement/.test(line) ? wrongClass(line) : line),
    TOO_LARGE,
    isTransient ? NEVER : REJECTED,
    cause,
  )
}
