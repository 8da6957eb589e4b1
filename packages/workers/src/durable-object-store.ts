/** Sessions and users in Durable Objects: one object for each user, one RPC for each call. */
import type { Store } from '@limen/core'
import { checkBinding, checkOptions } from './check.ts'
import { storeFailure } from './failure.ts'
import { ROUTE_LENGTH, idText, routeOf } from './route.ts'
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
const TOO_LARGE = /SQLITE_TOOBIG|limited to 32MiB/
const REJECTED = /SQLITE_(ERROR|CONSTRAINT)|SQL is not enabled|does not implement/

/** Where the objects are. */
export interface DurableObjectStoreOptions {
  /**
   * The region for objects that do not exist yet. Default: near the visitor who signs up, which is
   * where the object stays.
   */
  readonly locationHint?: LocationHint | undefined
}

/**
 * Keeps each user with its sessions in a Durable Object of its own. Nothing is shared between users,
 * and all promises of a store hold for every read: it sees every write confirmed before it.
 *
 * An object is named by a hash of the user id, which begins each session id of that user. It removes
 * expired sessions by an alarm of its own, so `deleteExpired` is always `0`. Attributes are stored as
 * JSON. The class of the objects is `LimenSessions` of `@limen/workers/durable-object`; this function
 * does not import it, so it loads in every runtime.
 *
 * @param namespace The binding whose class is `LimenSessions`, such as `env.SESSIONS` or
 * `env.SESSIONS.jurisdiction('eu')`.
 * @param options Where the objects are.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when
 * attributes exceed the 2 MB of a row, with `AUTH_STORE_REJECTED` for what the object refuses and will
 * refuse again, and with `AUTH_STORE_UNAVAILABLE` otherwise; nothing is changed then.
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
  options: DurableObjectStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  checkBinding(
    'durableObjectStore',
    'a Durable Object binding such as env.SESSIONS',
    namespace,
    'idFromName',
    'get',
  )
  checkOptions('durableObjectStore', options, {
    locationHint: [
      (hint) => hint === undefined || REGIONS.includes(hint as LocationHint),
      `one of ${REGIONS.join(', ')}`,
    ],
  })
  const { locationHint } = options

  /** Calls the object that a route or a session id names. */
  async function call<Answer>(
    routed: string,
    send: (object: SessionsObject, id: string) => Promise<Answer>,
  ): Promise<Answer> {
    const id = idText(routed)
    try {
      const objectId = namespace.idFromName(id.slice(0, ROUTE_LENGTH))
      // A stub that has failed stays broken: each call takes a new one.
      return await send(namespace.get(objectId, locationHint && { locationHint }), id)
    } catch (cause) {
      throw failed(cause)
    }
  }
  const callUser = async <Answer>(
    userId: string,
    send: (object: SessionsObject) => Promise<Answer>,
  ) => call(await routeOf(userId), send)

  return {
    routeLength: ROUTE_LENGTH,
    route: routeOf,

    read: async (sessionId) => parse(await call(sessionId, (object, id) => object.read(id))),

    async insert({ attributes, ...session }) {
      const sent = {
        ...session,
        userId: idText(session.userId),
        attributes: JSON.stringify(attributes),
      }
      return parse(await call(session.id, (object, id) => object.insert({ ...sent, id })))
    },

    renew: (sessionId, deadlines) => call(sessionId, (object, id) => object.renew(id, deadlines)),

    update: (sessionId, attributes) =>
      call(sessionId, (object, id) =>
        object.update(id, JSON.stringify(attributes), removedIn(attributes)),
      ),

    delete: (sessionId) => call(sessionId, (object, id) => object.delete(id)),

    deleteByUser: (userId, { except }) =>
      callUser(userId, (object) => object.deleteByUser(idText(except))),

    listByUser: async (userId) =>
      JSON.parse(await callUser(userId, (object) => object.listByUser())),

    deleteExpired: async () => 0,

    createUser: async ({ id, attributes }) =>
      typeof id === 'string' &&
      callUser(id, (object) => object.createUser(id, JSON.stringify(attributes))),

    readUser: async (userId) => parse(await callUser(userId, (object) => object.readUser())),

    updateUser: (userId, attributes) =>
      callUser(userId, (object) =>
        object.updateUser(JSON.stringify(attributes), removedIn(attributes)),
      ),

    deleteUser: (userId) => callUser(userId, (object) => object.deleteUser()),
  }
}

function parse<Found>(found: string | null): Found | null {
  return found === null ? null : JSON.parse(found)
}

/** The names of the attributes to remove, as JSON: JSON leaves out what is undefined. */
function removedIn(attributes: object): string {
  const removed = Object.entries(attributes).filter(([, value]) => value === undefined)
  return JSON.stringify(removed.map(([name]) => name))
}

/** The error to throw. It comes from another isolate: its class is lost, its name and code may be. */
function failed(cause: unknown): unknown {
  const { name, code, message, retryable, overloaded } = Object(cause) as Partial<
    Record<'name' | 'code' | 'message' | 'retryable' | 'overloaded', unknown>
  >
  if (name === 'AuthError' && code) return cause
  const [line] = String(message ?? cause).split('\n')
  const advice = /does not implement/.test(line!)
    ? ' The class of the binding must be LimenSessions.'
    : ''
  const isTransient = retryable === true || overloaded === true
  return storeFailure(
    `Durable Object: ${line}${advice}`,
    TOO_LARGE,
    isTransient ? /^$/ : REJECTED,
    cause,
  )
}
