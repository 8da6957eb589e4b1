/** Caches for `cached()` on Cloudflare: the Workers Cache API, and Workers KV. */
import type { StoreCache } from '@limen/core'
import { checkCallOptions, checkOption, shown } from '@limen/core/store-kit'
import { checkBinding } from './check.ts'
import { CACHE_FORM, KV_CACHE_BINDING, ORIGIN_FORM, notCached } from './messages.ts'

/** The shortest lifetime of a value in Workers KV, in seconds. */
const KV_SHORTEST = 60

const ORIGIN = /^https?:\/\/[^/?#\s]+$/

/** A cache of the Workers Cache API, structurally typed: `caches.default` and `await caches.open(…)` fit. */
export interface WorkersCache {
  /** Returns the response under a URL. */
  match(url: string): Promise<Response | undefined>
  /** Stores a response for the time in its headers. */
  put(url: string, response: Response): Promise<void>
  /** Deletes a response, in this data center. */
  delete(url: string): Promise<boolean>
}

/** How a cache of the Workers Cache API is used. */
export interface WorkersCacheOptions {
  /**
   * The Worker's own origin, such as `https://app.example`: Cloudflare stores responses by URL, and is
   * slow for URLs of other hosts. Use the same one for all requests, also where the Worker has
   * several hosts.
   */
  readonly origin: string
}

/**
 * Creates a cache over the Workers Cache API, which has one cache for each data center and is free.
 *
 * Pass a function that opens a cache of its own: `caches.default` is shared with everything else that
 * the zone caches. A revocation invalidates the entries of this data center; other data centers can
 * trust theirs until `maxAgeMs` has passed. Records with attributes that JSON cannot carry are not cached.
 *
 * @param cache The cache, or a function that opens it. It is opened for each call and not stored.
 * @param options The origin of the Worker.
 * @returns The cache for `cached(store, { cache, maxAgeMs })`.
 * @throws {AuthError} `AUTH_CONFIG` when `cache` is not a cache, or `origin` is not an origin.
 * @see {@link https://developers.cloudflare.com/workers/runtime-apis/cache/ Workers Cache API}
 *
 * @example
 * const cache = workersCache(() => caches.open('sessions'), { origin: 'https://app.example' })
 * const auth = limen({ store: cached(d1Store<{ name: string }>(env.DB), { cache, maxAgeMs: 10_000 }) })
 */
export function workersCache(
  cache: WorkersCache | (() => WorkersCache | Promise<WorkersCache>),
  options: WorkersCacheOptions,
): StoreCache {
  if (typeof cache !== 'function') {
    checkBinding('workersCache', CACHE_FORM, cache, 'match', 'put', 'delete')
  }
  const isOrigin = (value: unknown) => typeof value === 'string' && ORIGIN.test(value)
  const { origin } = checkCallOptions('workersCache', options, { origin: [isOrigin, ORIGIN_FORM] })
  // It has no default.
  checkOption(origin !== undefined, 'workersCache(): origin', ORIGIN_FORM, shown(origin))
  const open = async () => (typeof cache === 'function' ? cache() : cache)
  const urlOf = (key: string) => `${origin}/limen-cache/${encodeURIComponent(key)}`

  return {
    async get(key) {
      const response = await (await open()).match(urlOf(key))
      return response && valueIn(await response.text(), key)
    },
    async set(key, value, { ttl }) {
      const headers = {
        'Content-Type': 'application/json',
        'Cache-Control': `max-age=${Math.ceil(ttl / 1000)}`,
      }
      await (await open()).put(urlOf(key), new Response(textOf(key, value), { headers }))
    },
    async delete(key) {
      await (await open()).delete(urlOf(key))
    },
  }
}

/** The binding that `kvCache` calls, structurally typed: `KVNamespace` fits. */
export interface KvCacheNamespace {
  /** Returns the text under a key. */
  get(key: string): Promise<string | null>
  /** Stores text, with a lifetime of at least 60 seconds. */
  put(key: string, text: string, options: { expirationTtl: number }): Promise<void>
  /** Deletes the text under a key. */
  delete(key: string): Promise<void>
}

/**
 * Creates a cache over Workers KV: one cache for all data centers, with cheap reads and dear writes.
 *
 * Each miss is a write, and other data centers can see a revocation a minute later. `maxAgeMs` limits
 * that delay too: choose a minute or more. Where the store is in the same region, {@link workersCache}
 * costs less. KV stores values for at least 60 seconds; `cached()` uses the time in the value. Records
 * with attributes that JSON cannot carry are not cached.
 *
 * @param namespace The KV binding. Its keys begin with `limen:`.
 * @returns The cache for `cached(store, { cache, maxAgeMs })`.
 * @throws {AuthError} `AUTH_CONFIG` when it is not given a KV binding.
 * @see {@link https://developers.cloudflare.com/kv/api/write-key-value-pairs/ Writing to Workers KV}
 *
 * @example
 * const store = cached(d1Store<{ name: string }>(env.DB), { cache: kvCache(env.KV), maxAgeMs: 60_000 })
 * const auth = limen({ store })
 */
export function kvCache(namespace: KvCacheNamespace): StoreCache {
  checkBinding('kvCache', KV_CACHE_BINDING, namespace, 'get', 'put', 'delete')
  return {
    async get(key) {
      const text = await namespace.get(key)
      return text && valueIn(text, key)
    },
    set: (key, value, { ttl }) =>
      namespace.put(key, textOf(key, value), {
        expirationTtl: Math.max(KV_SHORTEST, Math.ceil(ttl / 1000)),
      }),
    delete: (key) => namespace.delete(key),
  }
}

interface StoredValue {
  /** The key of the value: a zone can be configured to treat several URLs as one. */
  readonly key: string
  readonly value: object
}

/** A value with its key as JSON; throws when JSON would change the value. */
function textOf(key: string, value: object): string {
  const stored: StoredValue = { key, value }
  return JSON.stringify(stored, function (this: Record<string, unknown>, name, shown: unknown) {
    if (!isJson(this[name], Array.isArray(this))) {
      throw new TypeError(notCached(name))
    }
    return shown
  })
}

function valueIn(text: string, key: string): object | undefined {
  const stored = JSON.parse(text) as StoredValue
  return stored.key === key ? stored.value : undefined
}

function isJson(value: unknown, inArray: boolean): boolean {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
  }
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === undefined) return !inArray
  return value === null || ['string', 'boolean', 'object'].includes(typeof value)
}
