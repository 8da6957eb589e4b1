/**
 * Puts a store behind a cache, whose entries are trusted for a bounded time.
 *
 * | key | value |
 * | --- | --- |
 * | `limen:1:session:<id>` | an entry: what a read found; or, after an invalidation, a tombstone |
 * | `limen:1:user:<id>` | the generation that all entries of this user must carry |
 * | `limen:1:invalidation` | the invalidation token, in a cache that is synchronous |
 *
 * Entries and generations carry times of their own: a cache can lose anything at any time, and can
 * store it longer than its `ttl`.
 */
import { FUNCTION, SYNC_FUNCTION, checkOptions } from './options.ts'
import {
  type AnyStore,
  type RoutedStore,
  STORE,
  type SessionAndUser,
  type Store,
  type StoreId,
  type EitherStore,
  idOf,
} from './store.ts'
import { ID_BYTES, randomText } from './token.ts'

const LAYOUT = 'limen:1:'
const INVALIDATION = `${LAYOUT}invalidation`
const DAY = 86_400_000

/**
 * A cache, structurally typed: an `LRUCache<string, object>` of the package `lru-cache` fits. Each
 * call can return its result or a promise of it, and can fail: then the store is read.
 */
export interface StoreCache {
  /** Returns the value under a key; `undefined` or `null` when there is none. */
  get(key: string): unknown
  /** Stores a plain object, which is useful for `ttl` milliseconds and can be lost at any time. */
  set(key: string, value: object, options: { readonly ttl: number }): unknown
  /** Deletes the value under a key. */
  delete(key: string): unknown
}

/** Which cache, and how long its entries are trusted. */
export interface CachedOptions {
  /** Where entries are stored. It has all state: any number of stores can share it. */
  readonly cache: StoreCache
  /** For how many milliseconds an entry is trusted, counted from the start of its read. */
  readonly maxAgeMs: number
  /** Called with the error of a cache that fails. Errors thrown by the callback are ignored. */
  readonly onCacheError?: ((error: unknown) => unknown) | undefined
  /** The time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What the cache stores under one key. */
interface Cached<Found> {
  /** When the read of an entry began. A generation or tombstone invalidates reads that began before. */
  readonly at: number
  /** Random text that names a generation; no session token. An entry has that of its user. */
  readonly token: string
  /** What was read. Absent in a generation and in a tombstone. */
  readonly found?: Found
}

/** Puts a routed store behind a cache, as the other signature does for a store with plain ids. */
export function cached<UserAttributes, SessionAttributes>(
  store: RoutedStore<UserAttributes, SessionAttributes>,
  options: CachedOptions,
): RoutedStore<UserAttributes, SessionAttributes>
/**
 * Puts a store behind a cache. Only eventual reads are answered from it, so a request with an unsafe
 * method never is. On a miss the store is read strongly, and every strong read refreshes the cache.
 * Misses are not cached.
 *
 * A change made through this store, or through another over the same cache, is visible to every read
 * that begins after it: the change invalidates what it concerns, also when it fails. Any other change,
 * and any change where two isolates have a cache each, is visible after `maxAgeMs` at the latest. With
 * an asynchronous cache, a change that races with a cache write, or whose invalidation failed, is
 * visible only after `maxAgeMs`.
 *
 * The cache stores what the store has of a session, including the hash of its secret. Anyone who can
 * write to it can sign in as any user, so protect it as you protect the store. It contains no session token.
 *
 * @param store Any store, except one that `cached()` returned: its strong reads bypass its cache.
 * @param options Which cache, and how long its entries are trusted.
 * @returns The store for `limen({ store })`. Creating it is as cheap as `limen()`, so it can be created
 * for each request.
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
  anyStore: AnyStore<UserAttributes, SessionAttributes>,
  options: CachedOptions,
): AnyStore<UserAttributes, SessionAttributes> {
  const store = anyStore as EitherStore<UserAttributes, SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Peeked = Cached<Found> | null | undefined
  const checked = checkOptions(
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
  const { cache, maxAgeMs, now = () => Date.now() } = checked
  const get = (key: string) => handled(cache.get(key) as Peeked | PromiseLike<Peeked>)

  return {
    ...(store.traits && { traits: store.traits }),

    async read(sessionId, { consistency }) {
      const key = keyOfSession(sessionId)
      const peeked = quietly(() => get(key))
      if (consistency === 'eventual') {
        const trusted = await quietly(async () => trustedIn(await peeked))
        if (trusted) return trusted
      }
      const invalidation = isPromise(peeked) ? undefined : quietly(invalidationToken)
      const readAt = now()
      const found = await store.read(sessionId, { consistency: 'strong' })
      if (found) await quietly(() => putFound(key, found, readAt, invalidation))
      else if ((await peeked)?.found) await quietly(() => invalidate(key))
      return found
    },

    insert(session, options) {
      const insert = () => store.insert(session, options)
      const { replaces, limit } = options ?? {}
      const replace =
        replaces === undefined ? insert : () => invalidating(keyOfSession(replaces), insert)
      // The limit can revoke any other session of the user.
      return limit ? invalidating(keyOfUser(session.userId), replace) : replace()
    },
    renew: (sessionId, deadlines) =>
      invalidating(keyOfSession(sessionId), () => store.renew(sessionId, deadlines)),
    update: (sessionId, attributes) =>
      invalidating(keyOfSession(sessionId), () => store.update(sessionId, attributes)),
    delete: (sessionId) => invalidating(keyOfSession(sessionId), () => store.delete(sessionId)),
    deleteByUser: (userId, which) =>
      invalidating(keyOfUser(userId), () => store.deleteByUser(userId, which)),
    listByUser: (userId) => store.listByUser(userId),
    ...(store.deleteExpired && { deleteExpired: (which) => store.deleteExpired!(which) }),
    createUser: (user) => store.createUser(user),
    readUser: (userId) => store.readUser(userId),
    updateUser: (userId, attributes) =>
      invalidating(keyOfUser(userId), () => store.updateUser(userId, attributes)),
    deleteUser: (userId) => invalidating(keyOfUser(userId), () => store.deleteUser(userId)),
  } satisfies EitherStore<UserAttributes, SessionAttributes> as AnyStore<
    UserAttributes,
    SessionAttributes
  >

  /** What an entry contains, if it can still be trusted: a copy, which the caller may change. */
  async function trustedIn(entry: Peeked): Promise<Found | null> {
    if (!entry?.found) return null
    const generation = await get(keyOfUser(entry.found.user.id))
    const age = now() - entry.at
    const isTrusted = generation?.token === entry.token && age >= 0 && age < maxAgeMs
    return isTrusted ? copyOf(entry.found) : null
  }

  /** Stores what was read, unless any of it was invalidated after the read began. */
  function putFound(key: string, found: Found, readAt: number, invalidation: unknown): unknown {
    const userKey = keyOfUser(found.user.id)
    const [generation, entry] = [get(userKey), get(key)]
    if (isPromise(generation) || isPromise(entry)) return Promise.all([generation, entry]).then(put)
    // Nothing is awaited from here on, so no invalidation can happen in between.
    const current = get(INVALIDATION) as Peeked
    const isCurrent = invalidation !== undefined && current?.token === invalidation
    return isCurrent && put([generation, entry])

    function put([generation, entry]: [Peeked, Peeked]): unknown {
      if ((generation?.at ?? 0) > readAt || (entry?.at ?? 0) > readAt) return
      const token = generation?.token ?? randomText(ID_BYTES)
      const copy = { at: readAt, token, found: copyOf(found) }
      return Promise.all([generation ?? set(userKey, { at: 0, token }), set(key, copy, maxAgeMs)])
    }
  }

  /** Makes a change and invalidates what it concerns, also when it fails: it may have happened. */
  async function invalidating<Answer>(key: string, change: () => Promise<Answer>): Promise<Answer> {
    try {
      return await change()
    } finally {
      await quietly(() => invalidate(key))
    }
  }

  function invalidate(key: string): unknown {
    const invalidated = set(key, { at: now() + 1, token: randomText(ID_BYTES) })
    return isPromise(invalidated) ? invalidated : cache.delete(INVALIDATION)
  }

  /** A token that is gone as soon as anything is invalidated, or the cache has lost it. */
  function invalidationToken(): string {
    const current = get(INVALIDATION) as Peeked
    if (current) return current.token
    const token = randomText(ID_BYTES)
    set(INVALIDATION, { at: 0, token })
    return token
  }

  /** Stores a generation, which must outlive the entries that carry it, or with `ttl` an entry. */
  function set(key: string, value: Cached<Found>, ttl: number = maxAgeMs + DAY): unknown {
    return handled(cache.set(key, value, { ttl }))
  }

  /** Treats a cache that fails as an empty one: the store has the data. */
  function quietly<Answer>(
    call: () => Answer | PromiseLike<Answer>,
  ): Answer | undefined | PromiseLike<Answer | undefined> {
    try {
      const answer = call()
      return isPromise(answer) ? answer.then(undefined, failed) : answer
    } catch (error) {
      return failed(error)
    }
  }

  function failed(error: unknown): undefined {
    void report(error)
  }

  async function report(error: unknown): Promise<void> {
    try {
      await checked.onCacheError?.(error)
    } catch {
      // A callback that fails must not fail a read that the store can answer.
    }
  }
}

function keyOfSession(sessionId: StoreId): string {
  return `${LAYOUT}session:${idOf(sessionId)}`
}

function keyOfUser(userId: StoreId): string {
  return `${LAYOUT}user:${idOf(userId)}`
}

/** A deep copy of plain data: much faster than `structuredClone`, which copies everything else. */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf) as Value
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value)
  const copy = { ...value }
  for (const name in copy) copy[name] = copyOf(copy[name])
  return copy
}

/** Returns the value, and marks a promise as handled: no code may be awaiting it when it rejects. */
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
