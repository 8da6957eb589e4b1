/**
 * Sessions and users in Redis.
 *
 * | key | type | value | lifetime |
 * | --- | --- | --- | --- |
 * | `{limen:route}:user` | string | a user, after the generation of its sessions | until it is deleted |
 * | `{limen:route}:session:id` | string | a session, after the generation it was created in | its idle period, and an hour |
 * | `{limen:route}:sessions` | sorted set | ids of the user's sessions, by the time their keys expire | its longest session's |
 *
 * `route` is the first half of the SHA-256 of the user id, as 22 base64url characters. It begins every
 * session id, so an id alone leads to its user, and its braces put all keys of a user into one slot of a
 * cluster. A session is valid only while its generation is its user's: revoking all sessions is one
 * change of that text, however many there are, and depends on no list that could have lost one.
 */
import {
  AuthError,
  type SessionAndUser,
  type SessionRecord,
  type Store,
  type UserRecord,
} from '@limen/core'
import { type RedisClient, scriptRunner } from './client.ts'
import { kindOf, misconfigured, shown } from './options.ts'
import { changesOf, deadlineTexts, sessionText, userText } from './record.ts'
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

/** How the store is set up. */
export interface RedisStoreOptions {
  /** What all keys begin with, after a brace: not empty, and without braces. Default `limen`. */
  readonly prefix?: string | undefined
}

/** A session as the scripts return it: without what the id and the user already tell. */
type Kept<SessionAttributes> = Omit<SessionRecord<SessionAttributes>, 'id' | 'userId'>

/**
 * Stores sessions and users in Redis, through node-redis, ioredis or `@upstash/redis`.
 *
 * Each call is one script in one round trip, and `listByUser` is two. Every read goes to the primary,
 * `eventual` ones too: scripts are not sent to replicas. An expired session is removed by Redis an hour
 * after its idle period, by the clock of Redis, so nothing needs a purge. Attributes are stored as JSON.
 * Configure Redis to persist and not to evict, or it can lose sessions: see the README.
 *
 * What Redis answers with an error is `AUTH_STORE_REJECTED` where the same call will fail again, and
 * `AUTH_STORE_UNAVAILABLE` where it may work later; so is a server that does not answer.
 *
 * @param client The app's client, connected; or two functions like those of {@link UpstashRedis}.
 * @param options The prefix of the keys.
 * @returns The store for `limen({ store })`.
 * @throws {AuthError} `AUTH_CONFIG` when `client` is no client, or when an option can never work.
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
  options: RedisStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  type AnyUser = UserRecord<UserAttributes>
  type AnySession = Kept<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  const prefix = prefixIn(options)
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

    insert(record) {
      const { user, session, sessions, rest } = keysOf(record.id)
      const { createdAt, idlePeriodExpiresAt } = record
      const args = [
        rest,
        String(idlePeriodExpiresAt),
        // Not by our own clock, which need not be the one that set the deadline.
        String(idlePeriodExpiresAt - createdAt),
        sessionText(record),
      ]
      return run<AnyUser | null>(INSERT, [user, session, sessions], args)
    },

    renew(sessionId, deadlines) {
      const { user, session, sessions, rest } = keysOf(sessionId)
      return run<boolean>(RENEW, [user, session, sessions], [rest, ...deadlineTexts(deadlines)])
    },

    update(sessionId, attributes) {
      const { user, session } = keysOf(sessionId)
      return run<boolean>(UPDATE, [user, session], changesOf(attributes))
    },

    async delete(sessionId) {
      const { session, sessions, rest } = keysOf(sessionId)
      await run(DELETE, [session, sessions], [rest])
    },

    async deleteByUser(userId, { except }) {
      const path = await route(userId)
      const { user, sessions } = keysOf(path)
      const spared = isText(except) && except.startsWith(path) ? keysOf(except) : undefined
      const keys = spared ? [user, sessions, spared.session] : [user, sessions]
      await run(DELETE_BY_USER, keys, [newGeneration(), spared?.rest ?? ''])
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
      throw new AuthError(
        'AUTH_STORE_UNAVAILABLE',
        `listByUser gave up after ${ATTEMPTS} concurrent sign-ins of the user. Call it again.`,
      )
    },

    async deleteExpired() {
      return 0
    },

    async createUser(record) {
      const path = await route(record.id)
      if (path === NO_ROUTE) {
        throw new AuthError('AUTH_INVALID_USER_ID', 'A user id must be a well-formed string.')
      }
      return run<boolean>(CREATE_USER, [keysOf(path).user], [newGeneration(), userText(record)])
    },

    async readUser(userId) {
      return run<AnyUser | null>(READ_USER, [keysOf(await route(userId)).user], [])
    },

    async updateUser(userId, attributes) {
      const { user } = keysOf(await route(userId))
      return run<boolean>(UPDATE_USER, [user], changesOf(attributes))
    },

    async deleteUser(userId) {
      const { user, sessions } = keysOf(await route(userId))
      await run(DELETE_USER, [user, sessions], [])
    },
  }

  /** The keys that a session id or a route leads to, and the part of the id that is the session's own. */
  function keysOf(routed: string) {
    const known = isText(routed) ? routed : NO_ROUTE
    const rest = known.slice(ROUTE_LENGTH)
    const slot = `{${prefix}:${known.slice(0, ROUTE_LENGTH)}}`
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

/** Leads to keys that are never written. No user has it: a route has 22 characters. */
const NO_ROUTE = ''

/** Where an id begins that is a user's; {@link NO_ROUTE} for anything that is no well-formed string. */
async function route(userId: string): Promise<string> {
  if (!isText(userId)) return NO_ROUTE
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(userId))
  const half = btoa(String.fromCharCode(...new Uint8Array(digest, 0, 16)))
  return half.replaceAll('+', '-').replaceAll('/', '_').slice(0, ROUTE_LENGTH)
}

/** Whether it is a string that UTF-8 can carry: a lone surrogate would become another character. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}

function newGeneration(): string {
  return crypto.randomUUID()
}

function prefixIn(options: unknown): string {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw misconfigured('options', kindOf(options), 'an object such as { prefix: "limen" }')
  }
  const { prefix = 'limen', ...unknown } = options as { readonly prefix?: unknown }
  for (const [name, value] of Object.entries(unknown)) {
    throw misconfigured(name, kindOf(value), 'left out: the only option is prefix')
  }
  if (!isText(prefix) || prefix === '' || /[{}]/.test(prefix)) {
    throw misconfigured('prefix', shown(prefix), 'a string such as "limen", without braces')
  }
  return prefix
}
