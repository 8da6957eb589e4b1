/** Stores sessions and users in Workers KV. */
import type { Deadlines, RoutedId, RoutedStore, SessionAndUser, SessionLimit } from '@limen/core'
import {
  checkCallOptions,
  endedByLimit,
  laterDeadlines,
  mergedAttributes,
  newGeneration,
  routeIn,
  wholeNumber,
} from '@limen/core/store-kit'
import { checkBinding } from './check.ts'
import { GRACE, LONGEST_TTL, ignoreTooManyWrites, isTooMuchAtOnce, kvClient } from './kv-client.ts'
import {
  type Revocation,
  type StoredProfile,
  type StoredSession,
  type StoredUser,
  attributesKey,
  deadlinesKey,
  isExcepted,
  isRevoked,
  profileKey,
  revocationIn,
  revocationKey,
  revocationsKey,
  sessionIdIn,
  sessionKey,
  timeAfter,
  userKey,
} from './kv-layout.ts'
import type { KvNamespace } from './kv.ts'
import { KV_BINDING, KV_STORE } from './messages.ts'

/** The longest lifetime that browsers grant a cookie, in milliseconds. */
const LONGEST_COOKIE = 400 * 24 * 60 * 60 * 1000
const MINUTE = 60 * 1000
const CENTURY = 36_500 * 24 * 60 * MINUTE
/** KV reads 100 keys at once: three of the user and three of each session. */
const SESSIONS_PER_READ = 32
/** A request can make 1,000 calls of KV: deleting a session takes three. */
const SESSIONS_PER_DELETION = 100
/** Within the same limit; KV deletes the others when they expire. */
const REVOCATIONS_PER_DELETION = 500

/** How Workers KV is used. */
export interface KvStoreOptions {
  /**
   * How long a session can live in milliseconds, however often it is renewed: KV deletes it then.
   * Set it to the `absolutePeriod` of `limen()`, if that is set. Default: 400 days.
   */
  readonly absolutePeriodMs?: number | undefined
  /** For how many seconds a data center can reuse what it has read. Default 30, the minimum of KV. */
  readonly cacheTtl?: number | undefined
}

/**
 * Stores sessions and users in Workers KV: reads are fast everywhere, changes are seen late.
 *
 * Other data centers can still read a revoked session, or not yet read a new one, for `cacheTtl`
 * seconds or more; no cookie is deleted because of that. A revoked session stays revoked: no renewal,
 * however late, restores it; nor does a revocation that excepts it, as soon as KV lists the
 * revocation that revoked it. A session that another data center has deleted can be replaced as long as
 * KV still reads and lists it here. A limit counts the sessions that KV lists here. Where a minute is
 * too long, use Durable Objects or D1.
 *
 * Attributes are stored as JSON. Of two changes to the attributes of one user or session, one can be
 * lost when the second does not see the first. KV accepts one write a second for each key: a second
 * one rejects. KV deletes expired sessions by itself.
 *
 * @param namespace The KV binding, such as `env.SESSIONS`.
 * @param options How long sessions live, and how long reads are reused.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when the
 * attributes of a user or session exceed 6 MiB, as one bulk read of KV returns at most 25 MiB; with
 * `AUTH_STORE_REJECTED` for what KV rejects and will reject again; and with `AUTH_STORE_UNAVAILABLE`
 * otherwise, a second write of a key within a second included: the change might have been made.
 * @throws {AuthError} `AUTH_CONFIG` when it is given another binding, or an option that does not fit.
 * @see {@link https://developers.cloudflare.com/kv/concepts/how-kv-works/ How KV works}
 *
 * @example
 * const auth = limen({
 *   store: kvStore<{ name: string }, { device: string }>(env.SESSIONS),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function kvStore<UserAttributes = object, SessionAttributes = object>(
  namespace: KvNamespace,
  options?: KvStoreOptions,
): RoutedStore<UserAttributes, SessionAttributes> {
  type AnyUser = StoredUser<UserAttributes>
  type AnyProfile = StoredProfile<UserAttributes>
  type AnySession = StoredSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  checkBinding(KV_STORE, KV_BINDING, namespace, 'get', 'put', 'delete', 'list')
  const { absolutePeriodMs = LONGEST_COOKIE, cacheTtl = 30 } = checkCallOptions(KV_STORE, options, {
    absolutePeriodMs: wholeNumber('milliseconds', MINUTE, CENTURY),
    cacheTtl: wholeNumber('seconds', 30, LONGEST_TTL),
  })
  const kv = kvClient(namespace)
  const routeOf = (id: RoutedId) => routeIn(KV_STORE, id)
  const expiryOf = ({ createdAt }: { readonly createdAt: number }) => createdAt + absolutePeriodMs

  return {
    traits: { routed: true, selfExpiring: true, staleMisses: true },

    read: (sessionId) => find(sessionId),

    async insert({ id: sessionId, userId, ...session }, { replaces, limit } = {}) {
      const [route, { id }] = [routeOf(sessionId), sessionId]
      const { user, generation, revocation } = await userAt(route)
      if (user?.id !== userId) return null
      const replaced = replaces && (await findToReplace(replaces))
      if (replaces && !replaced) return null
      const ended = limit ? await endedBy(limit, route, replaces?.id) : []
      const life = replaced?.user.id === userId ? replaced.life : { since: timeAfter(revocation) }
      const stored: AnySession = { ...session, generation, ...life }
      // Before the deletions: when one of them fails, the call rejects, and no client has the new token.
      await kv.put(sessionKey(id), stored, expiryOf(session))
      await Promise.all([...(replaces ? [replaces.id] : []), ...ended].map(deleteSession))
      return user
    },

    async renew(sessionId, deadlines) {
      const [route, { id }] = [routeOf(sessionId), sessionId]
      const [found] = await findStored(route, [id])
      if (!found) return false
      if (found.isExcepted && isRevoked(found.stored, id, await revocationsOf(route))) {
        await deleteSession(id)
        return false
      }
      const renewed = laterDeadlines(found.session, deadlines)
      await kv
        .put(deadlinesKey(id), renewed, renewed.idlePeriodExpiresAt)
        .catch(ignoreTooManyWrites)
      return true
    },

    async update(sessionId, attributes) {
      const found = await find(sessionId)
      if (!found) return false
      const { id } = sessionId
      const merged = mergedAttributes(found.session.attributes, attributes)
      await kv.put(attributesKey(id), merged, expiryOf(found.session))
      return true
    },

    async delete(sessionId) {
      routeOf(sessionId)
      await deleteSession(sessionId.id)
    },

    async deleteByUser(userId, { except = '' }) {
      const route = routeOf(userId)
      const { revocation, valueOf } = await userAt(route, [sessionKey(except)])
      const at = timeAfter(revocation)
      const own: Revocation = { at, except: except.startsWith(route) ? except : '' }
      const until = Date.now() + absolutePeriodMs
      // Before the others are listed: of two concurrent ones, at least one sees the other.
      await kv.put(revocationsKey(route, own), '', until)
      const all = [...(await revocationsOf(route)), ...(revocation ? [revocation] : []), own]
      const excepted = valueOf<AnySession>(sessionKey(except)) ?? { since: 0 }
      const last: Revocation = {
        at: Math.max(...all.map((one) => one.at)),
        except: isRevoked(excepted, own.except, all) ? '' : own.except,
      }
      await kv.put(revocationKey(route), last, until)
      // A session that another revocation has just excepted can be missing in KV's list.
      const recent = all.filter((one) => one.at > Date.now() - GRACE)
      await deleteSessions(
        route,
        last.except,
        recent.map((one) => one.except),
      )
    },

    async listByUser(userId) {
      const route = routeOf(userId)
      const ids = (await kv.namesUnder(sessionKey(route))).map(sessionIdIn)
      const found = await findAll(route, ids)
      return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
    },

    async createUser({ id: userId, attributes }) {
      const [route, { id }] = [routeOf(userId), userId]
      // KV caches that a key was read and missing, but not that it was not listed.
      const { keys } = await kv.list({ prefix: userKey(route), limit: 1 })
      if (keys.length > 0) return false
      const stored: AnyUser = { id, generation: newGeneration(), attributes }
      await kv.put(userKey(route), stored)
      return true
    },

    readUser: async (userId) => (await userAt(routeOf(userId))).user,

    async updateUser(userId, attributes) {
      const route = routeOf(userId)
      const { user, generation } = await userAt(route)
      if (!user) return false
      const merged = mergedAttributes(user.attributes, attributes)
      const stored: AnyProfile = { generation, attributes: merged }
      await kv.put(profileKey(route), stored)
      return true
    },

    async deleteUser(userId) {
      const route = routeOf(userId)
      await kv.delete(userKey(route))
      await deleteSessions(route)
      const revocations = (await revocationsOf(route))
        .slice(0, REVOCATIONS_PER_DELETION)
        .map((revocation) => revocationsKey(route, revocation))
      const keys = [profileKey(route), revocationKey(route), ...revocations]
      await Promise.all(keys.map((key) => kv.delete(key)))
    },
  }

  async function find(sessionId: RoutedId): Promise<Found | null> {
    return (await findAll(routeOf(sessionId), [sessionId.id]))[0] ?? null
  }

  /**
   * The user of a session to replace, and what decides whether a revocation revokes the new one; `null`
   * when the session is revoked. Reads are cached and lists are not, so the deletion of the session and
   * all revocations are listed.
   */
  async function findToReplace(sessionId: RoutedId) {
    const [route, { id }] = [routeOf(sessionId), sessionId]
    const [found] = await findStored(route, [id])
    if (!found) return null
    const { keys } = await kv.list({ prefix: sessionKey(id), limit: 1 })
    const revocations = await revocationsOf(route)
    if (!keys[0]) return null
    if (isRevoked(found.stored, id, revocations)) {
      await deleteSession(id)
      return null
    }
    const { since, formerIds = [] } = found.stored
    const ids = revocations.some(({ except }) => except === id) ? [...formerIds, id] : formerIds
    return { user: found.user, life: { since, ...(ids.length > 0 && { formerIds: ids }) } }
  }

  /** The ids of the sessions that a limit ends, of those that KV lists here. */
  async function endedBy(limit: SessionLimit, route: string, replaces?: string): Promise<string[]> {
    const names = await kv.namesUnder(sessionKey(route))
    const ids = names.map(sessionIdIn).filter((id) => id !== replaces)
    if (ids.length < limit.most) return []
    const others = (await findAll(route, ids)).map(({ session }) => session)
    return endedByLimit(others, limit).slice(0, SESSIONS_PER_DELETION)
  }

  /** Those of a user's sessions that are not revoked, in as many reads as it takes. */
  async function findAll(
    route: string,
    ids: readonly string[],
    atOnce: number = SESSIONS_PER_READ,
  ): Promise<Found[]> {
    const found: Found[] = []
    for (let start = 0; start < ids.length; start += atOnce) {
      const some = ids.slice(start, start + atOnce)
      try {
        const stored = await findStored(route, some)
        found.push(...stored.map(({ session, user }) => ({ session, user })))
      } catch (error) {
        if (some.length === 1 || !isTooMuchAtOnce(error)) throw error
        found.push(...(await findAll(route, some, Math.ceil(some.length / 2))))
      }
    }
    return found
  }

  /** The same, with how each is stored and whether the last revocation excepts it. */
  async function findStored(route: string, ids: readonly string[]) {
    const keys = ids.flatMap((id) => [sessionKey(id), deadlinesKey(id), attributesKey(id)])
    const { user, generation, revocation, valueOf } = await userAt(route, keys)
    if (!user) return []
    return ids.flatMap((id) => {
      const stored = valueOf<AnySession>(sessionKey(id))
      if (stored?.generation !== generation) return []
      if (isRevoked(stored, id, revocation ? [revocation] : [])) return []
      const { generation: _generation, since: _since, formerIds: _formerIds, ...record } = stored
      const deadlines = laterDeadlines(stored, valueOf<Deadlines>(deadlinesKey(id)) ?? stored)
      const attributes = valueOf<SessionAttributes>(attributesKey(id)) ?? stored.attributes
      const session = { ...record, ...deadlines, attributes, id, userId: user.id }
      const excepted = isExcepted(stored, id, revocation?.except ?? '')
      return [{ session, user, stored, isExcepted: excepted }]
    })
  }

  /** The user with a route, and the values of other keys, in one bulk read. */
  async function userAt(route: string, otherKeys: readonly string[] = []) {
    const keys = [userKey(route), profileKey(route), revocationKey(route), ...otherKeys]
    const values = await kv.get<unknown>(keys, { type: 'json', cacheTtl })
    const valueOf = <Value>(key: string) => (values.get(key) ?? null) as Value | null
    const stored = valueOf<AnyUser>(userKey(route))
    const profile = valueOf<AnyProfile>(profileKey(route))
    const generation = stored?.generation ?? ''
    const { attributes } = profile?.generation === generation ? profile : (stored ?? {})
    return {
      user: stored && { id: stored.id, attributes: attributes as UserAttributes },
      generation,
      revocation: valueOf<Revocation>(revocationKey(route)),
      valueOf,
    }
  }

  /** All revocations of a user's sessions that KV lists here. */
  async function revocationsOf(route: string): Promise<Revocation[]> {
    const names = await kv.namesUnder(revocationsKey(route))
    return names.map((name) => revocationIn(route, name))
  }

  async function deleteSession(id: string): Promise<void> {
    await kv.delete(sessionKey(id))
    // They are nothing without the session, and KV deletes them later.
    await Promise.allSettled([deadlinesKey, attributesKey].map((key) => kv.delete(key(id))))
  }

  /** Deletes sessions that are revoked already, as many as one request can. */
  async function deleteSessions(
    route: string,
    except = '',
    unlisted: readonly string[] = [],
  ): Promise<void> {
    const { keys } = await kv.list({ prefix: sessionKey(route), limit: SESSIONS_PER_DELETION })
    const ids = new Set([...unlisted, ...keys.map(({ name }) => sessionIdIn(name))])
    const revoked = [...ids].filter((id) => id && id !== except)
    await Promise.all(revoked.slice(0, SESSIONS_PER_DELETION).map(deleteSession))
  }
}
