/**
 * Sessions and users in Workers KV, which is eventually consistent and changes one key at a time.
 *
 * | key | value | written by | lifetime |
 * | --- | --- | --- | --- |
 * | `limen:user:<route>` | {@link KeptUser} | sign-up | until it is deleted |
 * | `limen:profile:<route>` | {@link KeptProfile} | changes of the user | until it is deleted |
 * | `limen:end:<route>` | {@link KeptEnd} | revoking all sessions | as a session's |
 * | `limen:session:<session id>` | {@link KeptSession} | sign-in | the absolute period |
 * | `limen:deadlines:<session id>` | the later deadlines | renewal | until the session is dead |
 * | `limen:attributes:<session id>` | the changed attributes | changes of it | as the session's |
 *
 * `route` is a hash of the user id and begins every session id, so one bulk read finds all six. A
 * call may decide by what it read a minute too late, and what it then writes must bring nobody back:
 * users and sessions are written once, and what changes lies beside them and is nothing alone.
 * Whoever is deleted and comes anew has another `birth`, which sessions and profiles carry.
 */
import {
  AuthError,
  type Deadlines,
  type SessionAndUser,
  type SessionRecord,
  type Store,
} from '@limen/core'
import type { KvNamespace, KvPage } from './kv.ts'
import { ROUTE_LENGTH, routeOf } from './route.ts'

/** How long what is over is kept, so that clocks need not agree; KV refuses less than a minute. */
const GRACE = 60 * 60 * 1000
/** KV takes no larger number of seconds: 68 years. */
const LONGEST_TTL = 2 ** 31 - 1
/** What browsers grant a cookie at most. */
const LONGEST_COOKIE = 400 * 24 * 60 * 60 * 1000
/** KV reads 100 keys at once: three of the user and three of each session. */
const SESSIONS_PER_READ = 32
/** A request may ask KV for 1,000 things: removing a session is three. */
const SESSIONS_PER_REMOVAL = 100

/** How Workers KV is used. */
export interface KvStoreOptions {
  /**
   * How long a session may live in milliseconds, however often it is renewed: KV removes it then.
   * Give what `limen()` was given under this name, if anything. Default: 400 days.
   */
  readonly absolutePeriod?: number
  /** For how many seconds a place may go on with what it has read. Default 30, the least there is. */
  readonly cacheTtl?: number
}

/** A user, as it is kept. */
interface KeptUser<UserAttributes> {
  readonly id: string
  /** Tells it from a user of that id who was deleted. */
  readonly birth: string
  readonly attributes: UserAttributes
}

/** The attributes of a user since they were changed, as they are kept. */
interface KeptProfile<UserAttributes> extends Omit<KeptUser<UserAttributes>, 'id'> {}

/** The end of a user's sessions, as it is kept. */
interface KeptEnd {
  /** All that have been there since this time, or longer, are over. */
  readonly at: number
  /** One that goes on; an empty text where there is none. */
  readonly except: string
}

/** A session, as it is kept. */
interface KeptSession<SessionAttributes> extends Omit<
  SessionRecord<SessionAttributes>,
  'id' | 'userId'
> {
  /** Of the user it belongs to. */
  readonly birth: string
  /** Later than every end that was known. */
  readonly since: number
}

/**
 * Keeps sessions and users in Workers KV: quick to read everywhere, slow to notice.
 *
 * Other places may still know a revoked session, or not yet know a new one, for `cacheTtl` seconds
 * or more; no cookie is deleted because of it. What was revoked stays revoked: no renewal, however
 * late, brings a session back. Where a minute is too long, use Durable Objects or D1.
 *
 * Attributes are kept as JSON. Of two changes to the attributes of one user or session, one may be
 * lost when the second does not know of the first. KV takes one write a second for each key: a
 * second one rejects. Dead sessions remove themselves, so that `deleteExpired` is always `0`.
 *
 * @param kv The KV binding.
 * @param options For how long.
 * @returns The store for `limen({ store })`.
 * @throws {AuthError} `AUTH_RECORD_TOO_LARGE` from calls whose attributes exceed the 25 MiB of a
 * value in KV; nothing is changed then.
 * @see {@link https://developers.cloudflare.com/kv/concepts/how-kv-works/ How KV works}
 *
 * @example
 * const auth = limen({
 *   store: kvStore<{ name: string }, { device: string }>(env.SESSIONS),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function kvStore<UserAttributes = object, SessionAttributes = object>(
  kv: KvNamespace,
  options: KvStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  type AnyUser = KeptUser<UserAttributes>
  type AnyProfile = KeptProfile<UserAttributes>
  type AnySession = KeptSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  const { absolutePeriod = LONGEST_COOKIE, cacheTtl = 30 } = options
  const endOf = ({ createdAt }: { readonly createdAt: number }) => createdAt + absolutePeriod

  return {
    staleMisses: true,
    routeLength: ROUTE_LENGTH,
    route: routeOf,

    read: find,

    async insert({ id, userId: _userId, ...session }) {
      const { user, birth, end } = await userAt(id)
      if (!user) return null
      const kept: AnySession = { ...session, birth, since: after(end) }
      await put(sessionKey(id), kept, endOf(session))
      return user
    },

    async renew(sessionId, deadlines) {
      const found = await find(sessionId)
      if (!found) return false
      const renewed = later(found.session, deadlines)
      await put(deadlinesKey(sessionId), renewed, renewed.idlePeriodExpiresAt).catch(renewedAlready)
      return true
    },

    async update(sessionId, attributes) {
      const found = await find(sessionId)
      if (!found) return false
      const merged = { ...found.session.attributes, ...attributes }
      await put(attributesKey(sessionId), merged, endOf(found.session))
      return true
    },

    delete: remove,

    async deleteByUser(userId, { except = '' }) {
      const route = await routeOf(userId)
      const { end, valueOf } = await userAt(route, [sessionKey(except)])
      const spared = valueOf<AnySession>(sessionKey(except))
      const isGone = spared && isOver(spared, except, end)
      const kept: KeptEnd = { at: after(end), except: isGone ? '' : except }
      await put(endKey(route), kept, Date.now() + absolutePeriod)
      await removeSessions(route, kept.except)
    },

    async listByUser(userId) {
      const route = await routeOf(userId)
      const ids: string[] = []
      let page: KvPage | undefined
      do {
        const onward = page?.cursor && { cursor: page.cursor }
        page = await kv.list({ prefix: sessionKey(route), ...onward })
        ids.push(...idsIn(page))
      } while (!page.list_complete)
      const found: Found[] = []
      while (ids.length) found.push(...(await findAll(route, ids.splice(0, SESSIONS_PER_READ))))
      return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
    },

    deleteExpired: async () => 0,

    async createUser({ id, attributes }) {
      const route = await routeOf(id)
      // KV remembers that a key was read and not there, but not that it was not listed.
      const { keys } = await kv.list({ prefix: userKey(route), limit: 1 })
      if (keys.length > 0) return false
      const kept: AnyUser = { id, birth: crypto.randomUUID(), attributes }
      await put(userKey(route), kept)
      return true
    },

    readUser: async (userId) => (await userAt(await routeOf(userId))).user,

    async updateUser(userId, attributes) {
      const route = await routeOf(userId)
      const { user, birth } = await userAt(route)
      if (!user) return false
      const kept: AnyProfile = { birth, attributes: { ...user.attributes, ...attributes } }
      await put(profileKey(route), kept)
      return true
    },

    async deleteUser(userId) {
      const route = await routeOf(userId)
      await kv.delete(userKey(route))
      await removeSessions(route)
      await Promise.all([profileKey, endKey].map((key) => kv.delete(key(route))))
    },
  }

  async function find(sessionId: string): Promise<Found | null> {
    return (await findAll(sessionId, [sessionId]))[0] ?? null
  }

  /** Those of a user's sessions that are not over. */
  async function findAll(routed: string, ids: readonly string[]): Promise<Found[]> {
    const keys = ids.flatMap((id) => [sessionKey(id), deadlinesKey(id), attributesKey(id)])
    const { user, birth, end, valueOf } = await userAt(routed, keys)
    if (!user) return []
    return ids.flatMap((id) => {
      const kept = valueOf<AnySession>(sessionKey(id))
      if (kept?.birth !== birth || isOver(kept, id, end)) return []
      const { birth: _birth, since: _since, ...record } = kept
      const deadlines = later(kept, valueOf<Deadlines>(deadlinesKey(id)) ?? kept)
      const attributes = valueOf<SessionAttributes>(attributesKey(id)) ?? kept.attributes
      return [{ session: { ...record, ...deadlines, attributes, id, userId: user.id }, user }]
    })
  }

  /** The user who is told by a route or a session id, and what else was asked for. */
  async function userAt(routed: string, otherKeys: readonly string[] = []) {
    const keys = [userKey(routed), profileKey(routed), endKey(routed), ...otherKeys]
    const values = await kv.get<unknown>(keys, { type: 'json', cacheTtl })
    const valueOf = <Value>(key: string) => (values.get(key) ?? null) as Value | null
    const kept = valueOf<AnyUser>(userKey(routed))
    const profile = valueOf<AnyProfile>(profileKey(routed))
    const { attributes } = profile && profile.birth === kept?.birth ? profile : (kept ?? {})
    const user = kept ? { id: kept.id, attributes: attributes as UserAttributes } : null
    return { user, birth: kept?.birth ?? '', end: valueOf<KeptEnd>(endKey(routed)), valueOf }
  }

  /** Writes a value, for good or until some time. */
  async function put(key: string, value: unknown, until?: number): Promise<void> {
    const seconds = Math.ceil((Math.max((until ?? 0) - Date.now(), 0) + GRACE) / 1000)
    const lifetime = until === undefined ? {} : { expirationTtl: Math.min(seconds, LONGEST_TTL) }
    await kv.put(key, JSON.stringify(value), lifetime).catch(tooLarge)
  }

  async function remove(sessionId: string): Promise<void> {
    await kv.delete(sessionKey(sessionId))
    // Nothing without the session, and gone by themselves later.
    await Promise.allSettled([deadlinesKey, attributesKey].map((key) => kv.delete(key(sessionId))))
  }

  /** Removes sessions that are over already, as far as one request can. */
  async function removeSessions(route: string, except?: string): Promise<void> {
    const page = await kv.list({ prefix: sessionKey(route), limit: SESSIONS_PER_REMOVAL })
    const ids = idsIn(page).filter((id) => id !== except)
    await Promise.all(ids.map(remove))
  }
}

const userKey = (routed: string) => `limen:user:${routed.slice(0, ROUTE_LENGTH)}`
const profileKey = (routed: string) => `limen:profile:${routed.slice(0, ROUTE_LENGTH)}`
const endKey = (routed: string) => `limen:end:${routed.slice(0, ROUTE_LENGTH)}`
const sessionKey = (sessionId: string) => `limen:session:${sessionId}`
const deadlinesKey = (sessionId: string) => `limen:deadlines:${sessionId}`
const attributesKey = (sessionId: string) => `limen:attributes:${sessionId}`
const idsIn = ({ keys }: KvPage) => keys.map(({ name }) => name.slice(sessionKey('').length))

/** Now, but in any case later than an end. */
function after(end: KeptEnd | null): number {
  return Math.max(Date.now(), (end?.at ?? 0) + 1)
}

function isOver({ since }: { readonly since: number }, id: string, end: KeptEnd | null): boolean {
  return end !== null && since <= end.at && id !== end.except
}

function later(a: Deadlines, b: Deadlines): Deadlines {
  return {
    activePeriodExpiresAt: Math.max(a.activePeriodExpiresAt, b.activePeriodExpiresAt),
    idlePeriodExpiresAt: Math.max(a.idlePeriodExpiresAt, b.idlePeriodExpiresAt),
  }
}

/** Only renewals write deadlines: when KV has taken one this very second, that one will do. */
function renewedAlready(cause: unknown): void {
  if (!(cause instanceof Error && cause.message.endsWith('429 Too Many Requests'))) throw cause
}

function tooLarge(cause: unknown): never {
  if (cause instanceof Error && /KV PUT failed: 413/.test(cause.message)) {
    const why = 'The attributes do not fit into a value of Workers KV, which holds 25 MiB'
    throw new AuthError('AUTH_RECORD_TOO_LARGE', why, { cause })
  }
  throw cause
}
