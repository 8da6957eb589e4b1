/**
 * A store that lives as long as its process: for tests and local work.
 *
 * @module
 */
import { endedByLimit } from './store-limit.ts'
import { laterDeadlines, mergedAttributes } from './store-merge.ts'
import type { SessionRecord, Store, UserRecord } from './store.ts'

export type { Deadlines } from './session-lifetime.ts'
export type {
  Consistency,
  InsertOptions,
  SessionAndUser,
  SessionLimit,
  SessionRecord,
  SessionStore,
  Store,
  StoreTraits,
  UserRecord,
  UserStore,
} from './store.ts'

/**
 * Stores sessions and users in memory.
 *
 * @returns A store that fulfils the whole contract of {@link Store}. Its data is lost with the process.
 *
 * @example
 * const store = memoryStore<{ name: string }, { device: string }>()
 * await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
 * // true
 */
export function memoryStore<UserAttributes = object, SessionAttributes = object>(): Store<
  UserAttributes,
  SessionAttributes
> {
  type AnySession = SessionRecord<SessionAttributes>
  type AnyUser = UserRecord<UserAttributes>
  const sessions = new Map<string, AnySession>()
  const users = new Map<string, AnyUser>()

  // The user of a stored session exists: deleteUser() also deletes the sessions.
  const withUser = (session: AnySession) => ({ session, user: users.get(session.userId)! })
  const remove = (isDeleted: (session: AnySession) => boolean): void => {
    for (const session of sessions.values()) if (isDeleted(session)) sessions.delete(session.id)
  }

  return {
    async read(sessionId) {
      const session = sessions.get(sessionId)
      return session ? withUser(session) : null
    },
    async insert(session, { replaces, limit } = {}) {
      const user = users.get(session.userId)
      if (!user || (replaces !== undefined && !sessions.has(replaces))) return null
      const others = [...sessions.values()].filter(
        ({ id, userId }) => userId === session.userId && id !== replaces,
      )
      const ended = limit ? endedByLimit(others, limit) : []
      for (const id of [replaces, ...ended]) sessions.delete(id!)
      sessions.set(session.id, frozenCopy(session))
      return user
    },
    async renew(sessionId, deadlines) {
      const session = sessions.get(sessionId)
      if (!session) return false
      sessions.set(sessionId, Object.freeze({ ...session, ...laterDeadlines(session, deadlines) }))
      return true
    },
    async update(sessionId, attributes) {
      const session = sessions.get(sessionId)
      if (!session) return false
      const merged = mergedAttributes(session.attributes, attributes)
      sessions.set(sessionId, frozenCopy({ ...session, attributes: merged }))
      return true
    },
    async delete(sessionId) {
      sessions.delete(sessionId)
    },
    async deleteByUser(userId, { except }) {
      remove((session) => session.userId === userId && session.id !== except)
    },
    async listByUser(userId) {
      return [...sessions.values()]
        .filter((session) => session.userId === userId)
        .toSorted((a, b) => a.createdAt - b.createdAt)
        .map(withUser)
    },
    async deleteExpired({ now, limit }) {
      const expired = [...sessions.values()]
        .filter(({ idlePeriodExpiresAt }) => idlePeriodExpiresAt <= now)
        .slice(0, limit)
      for (const { id } of expired) sessions.delete(id)
      return expired.length
    },
    async createUser(user) {
      if (users.has(user.id)) return false
      users.set(user.id, frozenCopy(user))
      return true
    },
    async readUser(userId) {
      return users.get(userId) ?? null
    },
    async updateUser(userId, attributes) {
      const user = users.get(userId)
      if (!user) return false
      const merged = mergedAttributes(user.attributes, attributes)
      users.set(userId, frozenCopy({ id: userId, attributes: merged }))
      return true
    },
    async deleteUser(userId) {
      users.delete(userId)
      remove((session) => session.userId === userId)
    },
  }
}

/** Freezes a copy when it is written, so that every read can return the same object. */
function frozenCopy<Value>(value: Value): Value {
  return frozen(structuredClone(value))
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen)
  return Object.freeze(value)
}
