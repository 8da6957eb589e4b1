/**
 * Stores sessions and users in Redis.
 *
 * | key | type | value | lifetime |
 * | --- | --- | --- | --- |
 * | `{limen:2:route}:user` | string | a user, after the generation of its sessions | until it is deleted |
 * | `{limen:2:route}:session:id` | string | a session, after the generation it was created in | until an hour after its idle period |
 * | `{limen:2:route}:sessions` | sorted set | ids of the user's sessions, by the time their keys expire | that of the session that expires last |
 *
 * The braces put all keys of a user into one slot of a cluster. A session is valid only while it has
 * the generation of its user. Revoking all sessions replaces that text: one change, whatever the number
 * of sessions, without a list that could have lost one.
 *
 * The `2` in a key is the version of this layout: a record of another version is missing.
 */
import type { RoutedStore, SessionAndUser, SessionRecord, UserRecord } from '@limen/core'
import { RETRY, newGeneration, retrying } from '@limen/core/store-kit'
import { type RedisClient, scriptRunner } from './client.ts'
import { createInsert } from './insert.ts'
import { keysWith } from './keys.ts'
import { REDIS_STORE, gaveUp } from './messages.ts'
import { type RedisStoreOptions, prefixIn } from './options.ts'
import { changesOf, deadlineTexts, userText } from './record.ts'
import {
  CREATE_USER,
  DELETE,
  DELETE_BY_USER,
  DELETE_USER,
  LIST,
  READ,
  READ_USER,
  RENEW,
  UPDATE,
  UPDATE_USER,
} from './scripts.ts'

const ATTEMPTS = 20
const LONGEST_WAIT_MS = 128

/** A session as the scripts return it: without what the id and the user contain. */
type StoredSession<SessionAttributes> = Omit<SessionRecord<SessionAttributes>, 'id' | 'userId'>

/**
 * Stores sessions and users in Redis, through node-redis, ioredis or `@upstash/redis`.
 *
 * Each call is one script in one round trip. `listByUser` is two, and so is an `insert` at the limit of
 * sessions, or in place of a session of another user. Every read goes to the primary, also an
 * `eventual` one: scripts are not sent to replicas. Redis deletes a session an hour after its
 * idle period, by its own clock. Attributes are stored as JSON. Configure Redis to persist and not to
 * evict, or it can lose sessions: see the README.
 *
 * An error of Redis is `AUTH_STORE_REJECTED` where the same call will fail again, and
 * `AUTH_STORE_UNAVAILABLE` where it can succeed later, or where the server does not answer.
 *
 * @param client The app's client, connected; or an object with the two functions of {@link UpstashRedis}.
 * @param options The prefix of the keys.
 * @returns The store for `limen({ store })`.
 * @throws {AuthError} `AUTH_CONFIG` when `client` is not a client, or when an option can never work.
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
  options?: RedisStoreOptions,
): RoutedStore<UserAttributes, SessionAttributes> {
  type AnyUser = UserRecord<UserAttributes>
  type AnySession = StoredSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  const keysOf = keysWith(prefixIn(REDIS_STORE, options))
  const run = scriptRunner(REDIS_STORE, client)

  return {
    traits: { routed: true, selfExpiring: true },

    async read(sessionId) {
      const { user, session } = keysOf(sessionId)
      const found = await run<{ user: AnyUser; session: AnySession } | null>(
        READ,
        [user, session],
        [],
      )
      return found && foundOf(sessionId.id, found.session, found.user)
    },

    insert: createInsert<UserAttributes>(run, keysOf),

    async renew(sessionId, deadlines) {
      const { user, session, sessions, rest } = keysOf(sessionId)
      return run<boolean>(RENEW, [user, session, sessions], [rest, ...deadlineTexts(deadlines)])
    },

    async update(sessionId, attributes) {
      const { user, session } = keysOf(sessionId)
      return run<boolean>(UPDATE, [user, session], changesOf(attributes))
    },

    async delete(sessionId) {
      const { session, sessions, rest } = keysOf(sessionId)
      await run(DELETE, [session, sessions], [rest])
    },

    async deleteByUser(userId, { except }) {
      const { user, sessions } = keysOf(userId)
      const excepted = except?.startsWith(userId.route)
        ? keysOf({ route: userId.route, id: except })
        : undefined
      const keys = excepted ? [user, sessions, excepted.session] : [user, sessions]
      await run(DELETE_BY_USER, keys, [newGeneration(), excepted?.rest ?? ''])
    },

    async listByUser(userId) {
      const { route } = userId
      const { user, sessions } = keysOf(userId)
      let ids: readonly string[] = []
      return retrying(
        async () => {
          const keys = ids.map((id) => keysOf({ route, id: route + id }).session)
          const listed = await run<
            { ids: readonly string[] } | { user: AnyUser; sessions: (AnySession | null)[] } | null
          >(LIST, [user, sessions, ...keys], ids)
          if (!listed) return []
          if ('ids' in listed) {
            ids = listed.ids
            return RETRY
          }
          return listed.sessions
            .flatMap((stored, i) => (stored ? foundOf(route + ids[i]!, stored, listed.user) : []))
            .toSorted((a, b) => a.session.createdAt - b.session.createdAt)
        },
        {
          attempts: ATTEMPTS,
          longestWaitMs: LONGEST_WAIT_MS,
          message: gaveUp('listByUser', ATTEMPTS),
        },
      )
    },

    async createUser(record) {
      const args = [newGeneration(), userText(record)]
      return run<boolean>(CREATE_USER, [keysOf(record.id).user], args)
    },

    readUser: async (userId) => run<AnyUser | null>(READ_USER, [keysOf(userId).user], []),

    async updateUser(userId, attributes) {
      return run<boolean>(UPDATE_USER, [keysOf(userId).user], changesOf(attributes))
    },

    async deleteUser(userId) {
      const { user, sessions } = keysOf(userId)
      await run(DELETE_USER, [user, sessions], [])
    },
  }

  function foundOf(id: string, stored: AnySession, user: AnyUser): Found {
    return { session: { ...stored, id, userId: user.id }, user }
  }
}
