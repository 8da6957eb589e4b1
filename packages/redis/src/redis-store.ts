/**
 * Sessions and users in Redis.
 *
 * | key | type | what it holds | lifetime |
 * | --- | --- | --- | --- |
 * | `{limen:route}:user` | hash | a user, and the epoch of its sessions | until it is deleted |
 * | `{limen:route}:session:id` | hash | a session, and the epoch it began in | its idle period, and an hour |
 * | `{limen:route}:sessions` | sorted set | ids of the user's sessions, by the end of their keys | its longest session's |
 *
 * `route` is the first half of the SHA-256 of the user id, as 22 base64url characters. It begins every
 * session id, so an id alone leads to its user, and its braces put all keys of a user into one slot of a
 * cluster. A session counts only while it carries its user's epoch: ending all sessions is one
 * change of that text, however many there are, and rests on no list that could have lost one.
 */
import type { SessionAndUser, SessionRecord, Store, UserRecord } from '@limen/core'
import { type RedisClient, scriptRunner } from './client.ts'
import {
  CREATE_USER,
  DELETE,
  DELETE_BY_USER,
  DELETE_USER,
  INSERT,
  LIST,
  READ,
  READ_USER,
  RENEW,
  UPDATE,
  UPDATE_USER,
} from './scripts.ts'

const ROUTE_LENGTH = 22
const ATTEMPTS = 20
/** How long a dead session is kept, so that clocks need not agree. */
const GRACE = 60 * 60 * 1000

/** How the store is set up. */
export interface RedisStoreOptions {
  /** What all keys begin with, after a brace. Default `limen`; must not hold braces. */
  readonly prefix?: string
}

/** A session as the scripts answer it: what the id and the user say is left out. */
type Kept<SessionAttributes> = Omit<SessionRecord<SessionAttributes>, 'id' | 'userId'>

/**
 * Keeps sessions and users in Redis, through node-redis, ioredis or `@upstash/redis`.
 *
 * Each call is one script in one round trip, and `listByUser` is two. A read asks the primary, whatever
 * it may ask: scripts are not sent to replicas. A dead session removes itself an hour after its idle
 * period, by the server's clock, so nothing needs a purge. Attributes are kept as JSON: use what JSON can
 * carry. Redis must be told to persist and not to evict, or it may forget: see the README.
 *
 * @param client The app's client, connected; or two functions like those of {@link UpstashRedis}.
 * @param options The prefix of the keys.
 * @returns The store for `limen({ store })`.
 * @see {@link https://redis.io/docs/latest/develop/programmability/eval-intro/ Scripts in Redis}
 *
 * @example
 * const auth = limen({
 *   store: redisStore<{ name: string }, { device: string }>(client),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function redisStore<UserAttributes = object, SessionAttributes = object>(
  client: RedisClient,
  { prefix = 'limen' }: RedisStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  type AnyUser = UserRecord<UserAttributes>
  type AnySession = Kept<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  const run = scriptRunner(client)

  return {
    routeLength: ROUTE_LENGTH,
    route,

    async read(sessionId) {
      const { user, session } = keysOf(sessionId)
      const found = await run<{ user: AnyUser; session: AnySession } | null>(
        READ,
        [user, session],
        [],
      )
      return found && foundOf(sessionId, found.session, found.user)
    },

    insert({ id, userId: _known, attributes, ...own }) {
      const { user, session, sessions, rest } = keysOf(id)
      const now = Date.now()
      const args = [rest, endOf(own, now), String(now), ...recordFields(own, attributes)]
      return run<AnyUser | null>(INSERT, [user, session, sessions], args)
    },

    renew(sessionId, deadlines) {
      const { user, session, sessions, rest } = keysOf(sessionId)
      const { activePeriodExpiresAt, idlePeriodExpiresAt } = deadlines
      const args = [
        rest,
        endOf(deadlines, Date.now()),
        String(activePeriodExpiresAt),
        String(idlePeriodExpiresAt),
      ]
      return run<boolean>(RENEW, [user, session, sessions], args)
    },

    update(sessionId, attributes) {
      const { user, session } = keysOf(sessionId)
      return run<boolean>(UPDATE, [user, session], attributeFields(attributes))
    },

    async delete(sessionId) {
      const { session, sessions, rest } = keysOf(sessionId)
      await run(DELETE, [session, sessions], [rest])
    },

    async deleteByUser(userId, { except }) {
      const path = await route(userId)
      const { user, sessions } = keysOf(path)
      const spared = except?.startsWith(path) ? keysOf(except) : undefined
      const keys = spared ? [user, sessions, spared.session] : [user, sessions]
      await run(DELETE_BY_USER, keys, [newEpoch(), spared?.rest ?? ''])
    },

    async listByUser(userId) {
      const path = await route(userId)
      const { user, sessions } = keysOf(path)
      let ids: readonly string[] = []
      for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
        const keys = ids.map((id) => keysOf(path + id).session)
        const listed = await run<
          { ids: readonly string[] } | { user: AnyUser; sessions: (AnySession | null)[] } | null
        >(LIST, [user, sessions, ...keys], ids)
        if (!listed) return []
        if ('sessions' in listed) {
          return listed.sessions
            .flatMap((kept, i) => (kept ? foundOf(path + ids[i]!, kept, listed.user) : []))
            .toSorted((a, b) => a.session.createdAt - b.session.createdAt)
        }
        ids = listed.ids
      }
      throw new Error(`Redis: the user signed in ${ATTEMPTS} times while its sessions were listed`)
    },

    async deleteExpired() {
      return 0
    },

    async createUser({ id, attributes }) {
      const { user } = keysOf(await route(id))
      return run<boolean>(CREATE_USER, [user], [newEpoch(), ...recordFields({ id }, attributes)])
    },

    async readUser(userId) {
      return run<AnyUser | null>(READ_USER, [keysOf(await route(userId)).user], [])
    },

    async updateUser(userId, attributes) {
      const { user } = keysOf(await route(userId))
      return run<boolean>(UPDATE_USER, [user], attributeFields(attributes))
    },

    async deleteUser(userId) {
      const { user, sessions } = keysOf(await route(userId))
      await run(DELETE_USER, [user, sessions], [])
    },
  }

  /** The keys that a session id or a route leads to, and the part of the id that is the session's own. */
  function keysOf(routed: string) {
    const rest = routed.slice(ROUTE_LENGTH)
    const slot = `{${prefix}:${routed.slice(0, ROUTE_LENGTH)}}`
    return {
      user: `${slot}:user`,
      sessions: `${slot}:sessions`,
      session: `${slot}:session:${rest}`,
      rest,
    }
  }

  function foundOf(id: string, kept: AnySession, user: AnyUser): Found {
    return { session: { ...kept, id, userId: user.id }, user }
  }
}

/** A new record as a hash holds it: name, JSON text, and so on. An attribute without a value is left out. */
function recordFields<Attributes>(own: object, attributes: Attributes): string[] {
  const all: Partial<Attributes> = attributes
  const given = Object.entries(all).filter(([, value]) => value !== undefined)
  return [
    ...Object.entries(own).flatMap(([name, value]) => [name, JSON.stringify(value)]),
    ...attributeFields(Object.fromEntries(given)),
  ]
}

/** Attributes as a hash holds them. What JSON cannot carry is `null`. */
function attributeFields(attributes: object): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => [
    JSON.stringify(name),
    JSON.stringify(value) ?? 'null',
  ])
}

/** When the key of a session is to vanish. */
function endOf({ idlePeriodExpiresAt }: { readonly idlePeriodExpiresAt: number }, now: number) {
  return String(Math.max(idlePeriodExpiresAt, now) + GRACE)
}

function newEpoch(): string {
  return crypto.randomUUID()
}

async function route(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(userId))
  const half = btoa(String.fromCharCode(...new Uint8Array(digest, 0, 16)))
  return half.replaceAll('+', '-').replaceAll('/', '_').slice(0, ROUTE_LENGTH)
}
