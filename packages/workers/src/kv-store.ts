/**
 * Sessions and users in Workers KV, which is eventually consistent and changes one key at a time.
 *
 * | key | value | written by | lifetime |
 * | --- | --- | --- | --- |
 * | `limen:user:<route>` | {@link KeptUser} | sign-up | until it is deleted |
 * | `limen:profile:<route>` | {@link KeptProfile} | changes of the user | until it is deleted |
 * | `limen:end:<route>` | {@link KeptEnd}, the last one | revoking all sessions | as a session's |
 * | `limen:ends:<route>:<at>:<except>` | nothing: its name says it | the same | the same |
 * | `limen:session:<session id>` | {@link KeptSession} | sign-in | the absolute period |
 * | `limen:deadlines:<session id>` | the later deadlines | renewal | until the session is dead |
 * | `limen:attributes:<session id>` | the changed attributes | changes of it | as the session's |
 *
 * `route` is a hash of the user id and begins every session id, so one bulk read finds all but the
 * many ends, of which one does not overwrite another: they are listed by whoever ends or is spared. A
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
import { checkBinding, checkOptions, wholeNumber } from './check.ts'
import { storeFailure } from './failure.ts'
import type { KvNamespace, KvPage } from './kv.ts'
import { ROUTE_LENGTH, idText, routeOf } from './route.ts'

/** How long what is over is kept, so that clocks need not agree; KV refuses less than a minute. */
const GRACE = 60 * 60 * 1000
/** KV takes no larger number of seconds: 68 years. */
const LONGEST_TTL = 2 ** 31 - 1
/** What browsers grant a cookie at most. */
const LONGEST_COOKIE = 400 * 24 * 60 * 60 * 1000
/** Four values of a validation hold attributes, and one bulk read takes 25 MiB in all. */
const LARGEST_VALUE = 6 * 1024 * 1024
const MINUTE = 60 * 1000
const CENTURY = 36_500 * 24 * 60 * MINUTE
/** KV reads 100 keys at once: three of the user and three of each session. */
const SESSIONS_PER_READ = 32
/** A request may ask KV for 1,000 things: removing a session is three. */
const SESSIONS_PER_REMOVAL = 100
/** Within the same; what is left goes by itself. */
const ENDS_PER_REMOVAL = 500

/** KV's answer to a value that is too large. */
const TOO_LARGE = /PUT failed: 413/
/** A key, a lifetime or a value that KV does not take. 429 and 5xx can pass. */
const REJECTED = /failed: (400|413|414) |^Workers KV: Key name|is not allowed as a key|out of range/

/** How Workers KV is used. */
export interface KvStoreOptions {
  /**
   * How long a session may live in milliseconds, however often it is renewed: KV removes it then.
   * Set it to the `absolutePeriod` of `limen()`, if that is set. Default: 400 days.
   */
  readonly absolutePeriod?: number | undefined
  /** For how many seconds a data center can reuse what it has read. Default 30, the minimum of KV. */
  readonly cacheTtl?: number | undefined
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

/** The end of a user's sessions, as it is kept in a value or in the name of a key. */
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
 * late, brings a session back, and no end of all others one that another end has ended, as soon as
 * KV lists that end. Where a minute is too long, use Durable Objects or D1.
 *
 * Attributes are kept as JSON. Of two changes to the attributes of one user or session, one may be
 * lost when the second does not know of the first. KV takes one write a second for each key: a
 * second one rejects. Dead sessions remove themselves, so that `deleteExpired` is always `0`.
 *
 * @param namespace The KV binding, such as `env.SESSIONS`.
 * @param options For how long.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when the
 * attributes of a user or session exceed 6 MiB, as one bulk read of KV returns at most 25 MiB; with
 * `AUTH_STORE_REJECTED` for what KV refuses and will refuse again; and with `AUTH_STORE_UNAVAILABLE`
 * otherwise, a second write of a key within a second included. Nothing is changed then.
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
  options: KvStoreOptions = {},
): Store<UserAttributes, SessionAttributes> {
  type AnyUser = KeptUser<UserAttributes>
  type AnyProfile = KeptProfile<UserAttributes>
  type AnySession = KeptSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  checkBinding(
    'kvStore',
    'a KV binding such as env.SESSIONS',
    namespace,
    'get',
    'put',
    'delete',
    'list',
  )
  checkOptions('kvStore', options, {
    absolutePeriod: wholeNumber('milliseconds', MINUTE, CENTURY),
    cacheTtl: wholeNumber('seconds', 30, LONGEST_TTL),
  })
  const { absolutePeriod = LONGEST_COOKIE, cacheTtl = 30 } = options
  const kv: KvNamespace = {
    get: (keys, how) => attempt(() => namespace.get(keys, how)),
    put: (key, value, how) => attempt(() => namespace.put(key, value, how)),
    delete: (key) => attempt(() => namespace.delete(key)),
    list: (which) => attempt(() => namespace.list(which)),
  }
  const endOf = ({ createdAt }: { readonly createdAt: number }) => createdAt + absolutePeriod

  return {
    staleMisses: true,
    routeLength: ROUTE_LENGTH,
    route: routeOf,

    read: find,

    async insert({ id, userId, ...session }) {
      const { user, birth, end } = await userAt(id)
      if (user?.id !== userId) return null
      const kept: AnySession = { ...session, birth, since: after(end) }
      await put(sessionKey(id), kept, endOf(session))
      return user
    },

    async renew(sessionId, deadlines) {
      const [found] = await findKept(sessionId, [sessionId])
      if (!found) return false
      if (found.isSpared && isOver(found.kept, sessionId, await endsOf(sessionId))) {
        await remove(sessionId)
        return false
      }
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

    async deleteByUser(userId, options) {
      const route = await routeOf(userId)
      const except = typeof options.except === 'string' ? options.except : ''
      const { end, valueOf } = await userAt(route, [sessionKey(except)])
      const asked: KeptEnd = { at: after(end), except: except.startsWith(route) ? except : '' }
      const until = Date.now() + absolutePeriod
      // Before the others are listed: of two at once, at least one sees the other.
      await put(endsKey(route, asked), '', until)
      const ends = [...(await endsOf(route)), ...(end ? [end] : []), asked]
      const { since } = valueOf<AnySession>(sessionKey(except)) ?? { since: 0 }
      const spared = isOver({ since }, asked.except, ends) ? '' : asked.except
      const at = Math.max(...ends.map((one) => one.at))
      await put(endKey(route), { at, except: spared } satisfies KeptEnd, until)
      // Whoever another end has just spared may not be listed yet.
      const recent = ends.filter((one) => one.at > Date.now() - GRACE)
      await removeSessions(route, { spared, named: recent.map((one) => one.except) })
    },

    async listByUser(userId) {
      const route = await routeOf(userId)
      const found = await findAll(route, (await namesUnder(sessionKey(route))).map(idIn))
      return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
    },

    deleteExpired: async () => 0,

    async createUser({ id, attributes }) {
      if (typeof id !== 'string') return false
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
      const ends = (await endsOf(route))
        .slice(0, ENDS_PER_REMOVAL)
        .map((end) => endsKey(route, end))
      await Promise.all([profileKey(route), endKey(route), ...ends].map((key) => kv.delete(key)))
    },
  }

  async function find(sessionId: string): Promise<Found | null> {
    return (await findAll(sessionId, [sessionId]))[0] ?? null
  }

  /** Those of a user's sessions that are not over, in as many reads as it takes. */
  async function findAll(
    routed: string,
    ids: readonly string[],
    atOnce: number = SESSIONS_PER_READ,
  ): Promise<Found[]> {
    const found: Found[] = []
    for (let start = 0; start < ids.length; start += atOnce) {
      const some = ids.slice(start, start + atOnce)
      try {
        const kept = await findKept(routed, some)
        found.push(...kept.map(({ session, user }) => ({ session, user })))
      } catch (error) {
        if (some.length === 1 || !isTooMuchAtOnce(error)) throw error
        found.push(...(await findAll(routed, some, Math.ceil(some.length / 2))))
      }
    }
    return found
  }

  /** The same, with how they are kept and whether the last end spares them. */
  async function findKept(routed: string, ids: readonly string[]) {
    const keys = ids.flatMap((id) => [sessionKey(id), deadlinesKey(id), attributesKey(id)])
    const { user, birth, end, valueOf } = await userAt(routed, keys)
    if (!user) return []
    return ids.flatMap((id) => {
      const kept = valueOf<AnySession>(sessionKey(id))
      if (kept?.birth !== birth || isOver(kept, id, end ? [end] : [])) return []
      const { birth: _birth, since: _since, ...record } = kept
      const deadlines = later(kept, valueOf<Deadlines>(deadlinesKey(id)) ?? kept)
      const attributes = valueOf<SessionAttributes>(attributesKey(id)) ?? kept.attributes
      const session = { ...record, ...deadlines, attributes, id, userId: user.id }
      return [{ session, user, kept, isSpared: end?.except === id }]
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

  /** All ends of a user's sessions, as far as they are listed here. */
  async function endsOf(routed: string): Promise<KeptEnd[]> {
    const prefix = endsKey(routed)
    return (await namesUnder(prefix)).map((name) => {
      const [at = '', except = ''] = name.slice(prefix.length).split(/:(.*)/s)
      return { at: Number(at), except }
    })
  }

  async function namesUnder(prefix: string): Promise<string[]> {
    const names: string[] = []
    let page: KvPage | undefined
    do {
      page = await kv.list({ prefix, ...(page?.cursor && { cursor: page.cursor }) })
      names.push(...page.keys.map(({ name }) => name))
    } while (!page.list_complete)
    return names
  }

  /** Writes a value, for good or until some time. */
  async function put(key: string, value: unknown, until?: number): Promise<void> {
    const seconds = Math.ceil((Math.max((until ?? 0) - Date.now(), 0) + GRACE) / 1000)
    const lifetime = until === undefined ? {} : { expirationTtl: Math.min(seconds, LONGEST_TTL) }
    const text = JSON.stringify(value)
    if (new TextEncoder().encode(text).length > LARGEST_VALUE) {
      const why = 'Workers KV: the attributes are too large; kvStore() stores at most 6 MiB'
      throw new AuthError('AUTH_RECORD_TOO_LARGE', why)
    }
    await kv.put(key, text, lifetime)
  }

  async function remove(sessionId: string): Promise<void> {
    await kv.delete(sessionKey(sessionId))
    // Nothing without the session, and gone by themselves later.
    await Promise.allSettled([deadlinesKey, attributesKey].map((key) => kv.delete(key(sessionId))))
  }

  /** Removes sessions that are over already, as far as one request can. */
  async function removeSessions(
    route: string,
    { spared = '', named = [] }: { spared?: string; named?: readonly string[] } = {},
  ): Promise<void> {
    const { keys } = await kv.list({ prefix: sessionKey(route), limit: SESSIONS_PER_REMOVAL })
    const ids = new Set([...named, ...keys.map(({ name }) => idIn(name))])
    const over = [...ids].filter((id) => id && id !== spared)
    await Promise.all(over.slice(0, SESSIONS_PER_REMOVAL).map(remove))
  }
}

const userKey = (routed: string) => `limen:user:${routeIn(routed)}`
const profileKey = (routed: string) => `limen:profile:${routeIn(routed)}`
const endKey = (routed: string) => `limen:end:${routeIn(routed)}`
const sessionKey = (sessionId: string) => `limen:session:${idText(sessionId)}`
const deadlinesKey = (sessionId: string) => `limen:deadlines:${idText(sessionId)}`
const attributesKey = (sessionId: string) => `limen:attributes:${idText(sessionId)}`
const routeIn = (routed: string) => idText(routed).slice(0, ROUTE_LENGTH)
const idIn = (name: string) => name.slice(sessionKey('').length)

/** Of one end, or what all of a user's begin with. */
function endsKey(routed: string, end?: KeptEnd): string {
  const prefix = `limen:ends:${routeIn(routed)}:`
  return end ? `${prefix}${end.at}:${end.except}` : prefix
}

/** Now, but in any case later than an end. */
function after(end: KeptEnd | null): number {
  return Math.max(Date.now(), (end?.at ?? 0) + 1)
}

/** Whether a session is ended by any of these. */
function isOver(
  { since }: { readonly since: number },
  id: string,
  ends: readonly KeptEnd[],
): boolean {
  return ends.some(({ at, except }) => since <= at && id !== except)
}

function later(a: Deadlines, b: Deadlines): Deadlines {
  return {
    activePeriodExpiresAt: Math.max(a.activePeriodExpiresAt, b.activePeriodExpiresAt),
    idlePeriodExpiresAt: Math.max(a.idlePeriodExpiresAt, b.idlePeriodExpiresAt),
  }
}

/** Only renewals write deadlines: when KV has just taken one this second, that one suffices. */
function renewedAlready(cause: unknown): void {
  if (!(cause instanceof Error && cause.message.endsWith('429 Too Many Requests'))) throw cause
}

/** Whether one bulk read would return more than KV takes. */
function isTooMuchAtOnce(error: unknown): boolean {
  return error instanceof Error && error.message.includes('GET_BULK failed: 413')
}

async function attempt<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (cause) {
    const [line] = String((cause as Error | null)?.message ?? cause).split('\n')
    throw storeFailure(`Workers KV: ${line}`, TOO_LARGE, REJECTED, cause)
  }
}
