/** What `cached()` can keep answers in on Cloudflare: the Workers Cache API, or Workers KV. */
import type { StoreCache } from '@limen/core'
import { checkCallOptions, checkOption, shown } from '@limen/core/store-kit'
import { checkBinding } from './check.ts'
import { CACHE_FORM, KV_CACHE_BINDING, ORIGIN_FORM, notCached } from './messages.ts'

/** The shortest life of a value in Workers KV, in seconds. */
const KV_SHORTEST = 60

const ORIGIN = /^https?:\/\/[^/?#\s]+$/

/** A cache of the Workers Cache API, by shape: `caches.default` and `await caches.open(…)` have it. */
export interface WorkersCache {
  /** The response kept under a URL. */
  match(url: string): Promise<Response | undefined>
  /** Keeps a response for as long as its headers say. */
  put(url: string, response: Response): Promise<void>
  /** Forgets a response, in this data center. */
  delete(url: string): Promise<boolean>
}

/** How a cache of the Workers Cache API is used. */
export interface WorkersCacheOptions {
  /**
   * Where the Worker answers, such as `https://app.example`: Cloudflare keeps responses by URL, and
   * is slow with the URLs of other hosts. Always the same one, whatever host a visitor asked for.
   */
  readonly origin: string
}

/**
 * Keeps answers in the Workers Cache API: one cache for each data center, without a price.
 *
 * Give it a cache of its own by a function that opens it, for `caches.default` is shared with all
 * else that the zone caches. A revocation drops what this data center holds; the others may trust
 * what they hold until `maxAgeMs` is over. Attributes must be what JSON can carry: others are not cached.
 *
 * @param cache The cache, or what opens it; it is opened for each call and never kept.
 * @param options The origin of the Worker.
 * @returns The cache for `cached(store, { cache, maxAgeMs })`.
 * @throws {AuthError} `AUTH_CONFIG` when it is given no cache, or when `origin` is not an origin.
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
  checkCallOptions('workersCache', options, { origin: [isOrigin, ORIGIN_FORM] })
  const { origin } = options ?? {}
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

/** The part of a Workers KV binding that a cache uses, structurally typed: `KVNamespace` fits. */
export interface KvCacheNamespace {
  /** The text kept under a key. */
  get(key: string): Promise<string | null>
  /** Keeps text, for as many seconds as given: at least 60. */
  put(key: string, text: string, options: { expirationTtl: number }): Promise<void>
  /** Forgets what is kept under a key. */
  delete(key: string): Promise<void>
}

/**
 * Keeps answers in Workers KV: one cache for the whole world, where reads are cheap and writes are not.
 *
 * Each answer that is not known is a write, and a revocation may take a minute to be seen elsewhere;
 * `maxAgeMs` holds all the same, and is well chosen at a minute or more. Where the store is nearer than
 * that, {@link workersCache} costs less. KV keeps nothing for less than 60 seconds: `cached()` goes by
 * the time in the value. Attributes must be what JSON can carry: others are not cached.
 *
 * @param namespace The KV binding. Its keys begin with `limen:`.
 * @returns The cache for `cached(store, { cache, maxAgeMs })`.
 * @throws {AuthError} `AUTH_CONFIG` when it is given no KV binding.
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

interface Parcel {
  /** Whose value it is: a zone may be set to take several URLs for one. */
  readonly key: string
  readonly value: object
}

/** A value with its key, as JSON that gives back just this value; throws when there is none. */
function textOf(key: string, value: object): string {
  const parcel: Parcel = { key, value }
  return JSON.stringify(parcel, function (this: Record<string, unknown>, name, shown: unknown) {
    if (!isJson(this[name], Array.isArray(this))) {
      throw new TypeError(notCached(name))
    }
    return shown
  })
}

function valueIn(text: string, key: string): object | undefined {
  const parcel = JSON.parse(text) as Parcel
  return parcel.key === key ? parcel.value : undefined
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
