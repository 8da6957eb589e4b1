/**
 * Puts any store behind a cache, whose answers are trusted for a bounded time.
 *
 * | key | value |
 * | --- | --- |
 * | `limen:1:session:<id>` | an entry: what a read found; or a mark: it was dropped |
 * | `limen:1:user:<id>` | the mark that the entries of this user carry the token of |
 * | `limen:1:fence` | a mark that goes with every drop, in a cache that answers at once |
 *
 * Entries and marks carry times of their own, so that a cache may forget anything at any time, and
 * may keep it longer than it was asked to.
 */
import { FUNCTION, SYNC_FUNCTION, checkOptions } from './options.ts'
import {
  type AnyStore,
  type RoutedStore,
  STORE,
  type SessionAndUser,
  type Store,
  type StoreId,
  type StoreCalls,
  idOf,
} from './store.ts'
import { ID_BYTES, randomText } from './token.ts'

const LAYOUT = 'limen:1:'
const FENCE = `${LAYOUT}fence`
const DAY = 86_400_000

/**
 * A cache, by shape. An `LRUCache<string, object>` of the package `lru-cache` is one as it is. Each
 * call may answer at once or with a promise, and may fail: then the store is asked.
 */
export interface StoreCache {
  /** What is kept under a key; `undefined` or `null` when there is nothing. */
  get(key: string): unknown
  /** Keeps a plain object, which is of use for `ttl` milliseconds and may be lost at any time. */
  set(key: string, value: object, options: { readonly ttl: number }): unknown
  /** Forgets what is kept under a key. */
  delete(key: string): unknown
}

/** Which cache, and how far it is trusted. */
export interface CachedOptions {
  /** Where answers are kept. All state is here: as many stores as you like may share it. */
  readonly cache: StoreCache
  /** For how many milliseconds an answer is trusted, counted from when its read began. */
  readonly maxAgeMs: number
  /** Called with what the cache failed with. Errors thrown by the callback are ignored. */
  readonly onCacheError?: ((error: unknown) => unknown) | undefined
  /** The time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What the cache holds under one key. */
interface Kept<Found> {
  /** Since when it is true: an entry was read from then on, a mark counts against all older reads. */
  readonly at: number
  /** The token of a mark, or in an entry that of its user's mark. */
  readonly token: string
  /** What was read. A mark has nothing. */
  readonly found?: Found
}

/** Puts a routed store behind a cache, as the other signature does for a store with plain ids. */
export function cached<UserAttributes, SessionAttributes>(
  store: RoutedStore<UserAttributes, SessionAttributes>,
  options: CachedOptions,
): RoutedStore<UserAttributes, SessionAttributes>
/**
 * Puts a store behind a cache. Only eventual reads are answered by it, and so never a request with an
 * unsafe method; what it does not know is read strongly, and every strong read refreshes it. Misses
 * are not kept.
 *
 * A change made through this store, or through another over the same cache, is seen by every read
 * that begins after it: the change drops what it concerns, also when it fails. Any other change, and
 * any change where two isolates have a cache each, is seen after `maxAgeMs` at the latest. In a cache
 * that answers with promises, a change that happens while an entry is being written to it, or that
 * the cache could not be told, counts as such another change.
 *
 * The cache holds what the store holds of a session, the hash of its secret included, and whoever can
 * write to it can sign in as anybody: guard it as you guard the store. It holds no token.
 *
 * @param store Any store. Put no second cache in front of this one: it would read strongly, past it.
 * @param options Which cache, and for how long it is trusted.
 * @returns The store for `limen({ store })`, as cheap to make for each request as `limen()` itself.
 * @throws {AuthError} `AUTH_CONFIG` for an option that does not fit, or is missing.
 *
 * @example
 * const cache = new LRUCache<string, object>({ max: 10_000 })
 * const store = cached(memoryStore<{ name: string }>(), { cache, maxAgeMs: 10_000 })
 * const auth = limen({ store, getUserAttributes: ({ name }) => ({ name }) })
 * const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
 * await auth.updateUserAttributes(userId, { name: 'Ada L.' })
 * // { userId, name: 'Ada L.' }
 */
export function cached<UserAttributes, SessionAttributes>(
  store: Store<UserAttributes, SessionAttributes>,
  options: CachedOptions,
): Store<UserAttributes, SessionAttributes>
export function cached<UserAttributes, SessionAttributes>(
  cachedStore: AnyStore<UserAttributes, SessionAttributes>,
  options: CachedOptions,
): AnyStore<UserAttributes, SessionAttributes> {
  const store = cachedStore as StoreCalls<UserAttributes, SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Peeked = Kept<Found> | null | undefined
  checkOptions(
    'cached(): ',
    { ...options, store },
    {
      store: STORE,
      cache: [isCache, 'a cache with get, set and delete, such as an LRUCache', true],
      maxAgeMs: [
        (ms) => Number.isFinite(ms) && (ms as number) > 0,
        'a number of milliseconds above 0',
        true,
      ],
      onCacheError: FUNCTION,
      now: SYNC_FUNCTION,
    },
  )
  const { cache, maxAgeMs, now = () => Date.now() } = options
  const get = (key: string) => handled(cache.get(key) as Peeked | PromiseLike<Peeked>)

  return {
    ...(store.traits && { traits: store.traits }),

    async read(sessionId, { consistency }) {
      const key = keyOfSession(sessionId)
      const kept = quietly(() => get(key))
      if (consistency === 'eventual') {
        const trusted = await quietly(async () => foundIn(await kept))
        if (trusted) return trusted
      }
      const fence = isPromise(kept) ? undefined : quietly(raiseFence)
      const readAt = now()
      const found = await store.read(sessionId, { consistency: 'strong' })
      if (found) await quietly(() => keep(key, found, readAt, fence))
      else if ((await kept)?.found) await quietly(() => drop(key))
      return found
    },

    insert: (session) => store.insert(session),
    renew: (sessionId, deadlines) =>
      dropping(keyOfSession(sessionId), () => store.renew(sessionId, deadlines)),
    update: (sessionId, attributes) =>
      dropping(keyOfSession(sessionId), () => store.update(sessionId, attributes)),
    delete: (sessionId) => dropping(keyOfSession(sessionId), () => store.delete(sessionId)),
    deleteByUser: (userId, which) =>
      dropping(keyOfUser(userId), () => store.deleteByUser(userId, which)),
    listByUser: (userId) => store.listByUser(userId),
    ...(store.deleteExpired && { deleteExpired: (which) => store.deleteExpired!(which) }),
    createUser: (user) => store.createUser(user),
    readUser: (userId) => store.readUser(userId),
    updateUser: (userId, attributes) =>
      dropping(keyOfUser(userId), () => store.updateUser(userId, attributes)),
    deleteUser: (userId) => dropping(keyOfUser(userId), () => store.deleteUser(userId)),
  } satisfies StoreCalls<UserAttributes, SessionAttributes> as AnyStore<
    UserAttributes,
    SessionAttributes
  >

  /** What an entry says, if it may be trusted still: a copy, which the caller may change. */
  async function foundIn(entry: Peeked): Promise<Found | null> {
    if (!entry?.found) return null
    const mark = await get(keyOfUser(entry.found.user.id))
    const age = now() - entry.at
    const isTrusted = mark?.token === entry.token && age >= 0 && age < maxAgeMs
    return isTrusted ? copyOf(entry.found) : null
  }

  /** Keeps what was read, unless something of it was dropped since the read began. */
  function keep(key: string, found: Found, readAt: number, fence: unknown): unknown {
    const keyOfMark = keyOfUser(found.user.id)
    const [mark, entry] = [get(keyOfMark), get(key)]
    if (isPromise(mark) || isPromise(entry)) return Promise.all([mark, entry]).then(put)
    // Nothing is awaited from here on, so that no drop can come in between.
    const standing = get(FENCE) as Peeked
    return fence !== undefined && standing?.token === fence && put([mark, entry])

    function put([mark, entry]: [Peeked, Peeked]): unknown {
      if ((mark?.at ?? 0) > readAt || (entry?.at ?? 0) > readAt) return
      const token = mark?.token ?? randomText(ID_BYTES)
      const copy = { at: readAt, token, found: copyOf(found) }
      return Promise.all([mark ?? set(keyOfMark, { at: 0, token }), set(key, copy, maxAgeMs)])
    }
  }

  /** Makes a change, and drops what it concerns: one that failed may have happened all the same. */
  async function dropping<Answer>(key: string, change: () => Promise<Answer>): Promise<Answer> {
    try {
      return await change()
    } finally {
      await quietly(() => drop(key))
    }
  }

  function drop(key: string): unknown {
    const dropped = set(key, { at: now() + 1, token: randomText(ID_BYTES) })
    return isPromise(dropped) ? dropped : cache.delete(FENCE)
  }

  /** The token of a mark that is gone as soon as anything is dropped, or the cache has lost it. */
  function raiseFence(): string {
    const standing = get(FENCE) as Peeked
    if (standing) return standing.token
    const token = randomText(ID_BYTES)
    set(FENCE, { at: 0, token })
    return token
  }

  /** Keeps a mark, which outlives the entries that it speaks of, or with `ttl` an entry. */
  function set(key: string, value: Kept<Found>, ttl: number = maxAgeMs + DAY): unknown {
    return handled(cache.set(key, value, { ttl }))
  }

  /** A cache that fails is one that holds nothing: the store knows better anyway. */
  function quietly<Answer>(
    ask: () => Answer | PromiseLike<Answer>,
  ): Answer | undefined | PromiseLike<Answer | undefined> {
    try {
      const answer = ask()
      return isPromise(answer) ? answer.then(undefined, failed) : answer
    } catch (error) {
      return failed(error)
    }
  }

  function failed(error: unknown): undefined {
    void told(error)
  }

  async function told(error: unknown): Promise<void> {
    try {
      await options.onCacheError?.(error)
    } catch {
      // An observer that fails must not fail a read that the store can answer.
    }
  }
}

function keyOfSession(sessionId: StoreId): string {
  return `${LAYOUT}session:${idOf(sessionId)}`
}

function keyOfUser(userId: StoreId): string {
  return `${LAYOUT}user:${idOf(userId)}`
}

/** A deep copy: much faster than `structuredClone`, which has what is more than plain data. */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf) as Value
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value)
  const copy = { ...value }
  for (const name in copy) copy[name] = copyOf(copy[name])
  return copy
}

/** The same answer: one that nobody waits for must not bring the process down when it rejects. */
function handled<Answer>(answer: Answer): Answer {
  if (isPromise(answer)) answer.then(undefined, () => {})
  return answer
}

function isCache(value: unknown): boolean {
  const { get, set, delete: remove } = (value ?? {}) as Partial<StoreCache>
  return [get, set, remove].every((call) => typeof call === 'function')
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
