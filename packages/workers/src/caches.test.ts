import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type CaseSession,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { type StoreCache, cached } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type KvCacheNamespace,
  type WorkersCache,
  d1Store,
  kvCache,
  workersCache,
} from './index.ts'

const MINUTES = 600_000
const origin = 'https://app.example'
const eventual = { consistency: 'eventual' } as const
const ttl = 5_000

beforeEach(() => reset())

const everyCache: [name: string, make: (pace: Pace) => StoreCache][] = [
  ['workersCache() over caches.default', (pace) => workersCache(pace(caches.default), { origin })],
  [
    'workersCache() over a named cache',
    (pace) => workersCache(async () => pace(await caches.open('sessions')), { origin }),
  ],
  ['kvCache()', (pace) => kvCache(pace(bound(env.KV)))],
]

describe.each(everyCache)('%s', (_name, make) => {
  const cache = make((client) => client)

  it('returns a stored value, and deletes it', async () => {
    const value = { at: 1, token: 'x', found: { list: [1, null, 'ü🙂'], none: undefined } }
    for (const key of ['limen:1:session:a', 'limen:1:user:..', 'limen:1:user:a/b?c#d %', 'ü🙂']) {
      expect(await cache.get(key)).toBeFalsy()
      await cache.set(key, value, { ttl })
      expect(await cache.get(key)).toEqual(value)
      await cache.delete(key)
      expect(await cache.get(key)).toBeFalsy()
    }
  })

  it('stores the last value', async () => {
    await cache.set('key', { at: 1 }, { ttl })
    await cache.set('key', { at: 2 }, { ttl: 1 })
    expect(await cache.get('key')).toEqual({ at: 2 })
  })

  it.each([new Date(), new Map(), new Uint8Array(1), Number.NaN, 1n, [undefined], () => 1])(
    'rejects %o, which JSON would change',
    async (value) => {
      const set = async () => cache.set('key', { attributes: { value } }, { ttl })
      await expect(set()).rejects.toThrow(/"(value|0)"/)
      expect(await cache.get('key')).toBeFalsy()
    },
  )

  it('P1: a revocation is visible at once to another store over the same cache', async () => {
    const store = memoryStore<CaseUser, CaseSession>()
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    for (const letter of ['a', 'b', 'c']) await store.insert(record(letter))
    const [one, two] = [1, 2].map(() => cached(store, { cache: make((c) => c), maxAgeMs: MINUTES }))
    const read = (letter: string) => two!.read(record(letter).id, eventual)
    for (const letter of ['a', 'b', 'c']) expect(await read(letter)).not.toBeNull()

    await store.delete(record('c').id)
    expect(await read('c'), 'revoked without the cache').not.toBeNull()
    await one!.delete(record('a').id)
    expect(await read('a')).toBeNull()
    expect(await read('c')).not.toBeNull()
    await one!.deleteByUser('ada', {})
    for (const letter of ['b', 'c']) expect(await read(letter)).toBeNull()
  })

  const open = async () => {
    await reset()
    await applyD1Migrations(env.DB, env.MIGRATIONS)
    return {
      connect: (pace: Pace) =>
        cached(d1Store<CaseUser, CaseSession>(pace(env.DB)), {
          cache: make(pace),
          maxAgeMs: MINUTES,
        }),
    }
  }
  describe('cached(d1Store()) over it', () => {
    it.each(storeSuite({ open }, { histories: 8 }))('$name', ({ run }) => run(), MINUTES)
  })
})

describe('workersCache()', () => {
  it.each(['app.example', 'https://app.example/', 'https://app.example/x', 'ftp://a', ''])(
    'rejects the origin "%s"',
    (wrong) => {
      const make = () => workersCache(caches.default, { origin: wrong })
      expect(make).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG' }))
    },
  )

  it('P9: opens its cache for each call, and stores none', async () => {
    let opened = 0
    const cache = workersCache(
      () => {
        opened++
        return caches.open('sessions')
      },
      { origin },
    )
    await cache.set('key', { at: 1 }, { ttl })
    await cache.get('key')
    await cache.delete('key')
    expect(opened).toBe(3)
  })

  it('stores JSON under the origin, with the ttl as its max-age', async () => {
    await workersCache(caches.default, { origin }).set(
      'limen:1:user:ada',
      { at: 1 },
      { ttl: 1_500 },
    )
    const response = await caches.default.match(`${origin}/limen-cache/limen%3A1%3Auser%3Aada`)
    expect(response?.headers.get('Cache-Control')).toBe('max-age=2')
    expect(response?.headers.get('Content-Type')).toBe('application/json')
    await response?.body?.cancel()
  })

  it('returns no value of another key, where a zone treats several URLs as one', async () => {
    let only: string | undefined
    const oneForAll: WorkersCache = {
      match: async () => (only === undefined ? undefined : new Response(only)),
      put: async (_url, response) => void (only = await response.text()),
      delete: async () => true,
    }
    const cache = workersCache(oneForAll, { origin })
    await cache.set('limen:1:session:a', { at: 1 }, { ttl })
    expect(await cache.get('limen:1:session:a')).toEqual({ at: 1 })
    expect(await cache.get('limen:1:session:b')).toBeUndefined()
  })
})

describe('kvCache()', () => {
  it('uses no lifetime below the minimum of KV', async () => {
    const lifetimes: number[] = []
    const kv: KvCacheNamespace = {
      ...bound(env.KV),
      put(key, text, options) {
        lifetimes.push(options.expirationTtl)
        return env.KV.put(key, text, options)
      },
    }
    for (const ms of [1, 59_000, 60_001, 3_600_000]) await kvCache(kv).set('key', {}, { ttl: ms })
    expect(lifetimes).toEqual([60, 60, 61, 3600])
  })

  it('P4: fails no read and no change when KV rejects writes, and reports the error', async () => {
    const store = memoryStore<CaseUser, CaseSession>()
    const record = await recordsFor(store)
    const errors: unknown[] = []
    const kv = { ...bound(env.KV), put: () => Promise.reject(new Error('429 Too Many Requests')) }
    const onCacheError = (error: unknown) => errors.push(error)
    const front = cached(store, { cache: kvCache(kv), maxAgeMs: MINUTES, onCacheError })
    await front.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await front.insert(record('a'))
    expect(await front.read(record('a').id, eventual)).not.toBeNull()
    await front.delete(record('a').id)
    expect(await front.read(record('a').id, eventual)).toBeNull()
    expect(errors).toHaveLength(2)
  })
})

/** The calls of a binding, to be replaced one by one. */
function bound(kv: KvCacheNamespace): KvCacheNamespace {
  return {
    get: (key) => kv.get(key),
    put: (key, text, options) => kv.put(key, text, options),
    delete: (key) => kv.delete(key),
  }
}
