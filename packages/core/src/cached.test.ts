import { LRUCache } from 'lru-cache'
import { describe, expect, it } from 'vitest'
import { type SessionRecord, type Store, type StoreCache, cached, limen } from '@limen/core'
import { memoryStore } from './memory-store.ts'

interface User {
  readonly name: string
}
interface Device {
  readonly seen: number
}
type AnyStore = Store<User, Device>

const NOW = 1_700_000_000_000
const MAX_AGE = 10_000
const DAY = 86_400_000
const eventual = { consistency: 'eventual' } as const
const strong = { consistency: 'strong' } as const

const recordOf = (id: string, userId = 'ada'): SessionRecord<Device> => ({
  id,
  userId,
  secretHash: `hash of ${id}`,
  createdAt: NOW,
  activePeriodExpiresAt: NOW + 1e9,
  idlePeriodExpiresAt: NOW + 2e9,
  attributes: { seen: 0 },
})

/** An asynchronous cache, as one over a network is. */
function remote(values: Pick<StoreCache, 'get' | 'set' | 'delete'> = new Map()): StoreCache {
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value, options) => void values.set(key, structuredClone(value), options),
    delete: async (key) => values.delete(key),
  }
}

/** Asynchronous only for the generation of a user. */
function half(): StoreCache {
  const map = new Map<string, object>()
  return {
    get: (key) => (key.includes(':user:') ? Promise.resolve(map.get(key)) : map.get(key)),
    set: (key, value) => map.set(key, value),
    delete: (key) => map.delete(key),
  }
}

/** A promise, and the function that resolves it. */
function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

const caches: [name: string, make: () => StoreCache][] = [
  ['an LRU cache', () => new LRUCache<string, object>({ max: 100 })],
  ['a Map', () => new Map<string, object>()],
  ['an asynchronous cache', remote],
  ['a cache that is synchronous or asynchronous by key', half],
]

/** Two sessions of Ada and one of Bob, in a store whose reads are recorded. */
async function filled(cache: StoreCache, more: Partial<Parameters<typeof cached>[1]> = {}) {
  const store: AnyStore = memoryStore<User, Device>()
  for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
  for (const id of ['a', 'b']) await store.insert(recordOf(id))
  await store.insert(recordOf('c', 'bob'))
  const clock = { now: NOW }
  const reads: string[] = []
  const counting: AnyStore = {
    ...store,
    async read(id, options) {
      reads.push(`${id} ${options.consistency}`)
      // Callers can change what this store returns, as with most engines.
      return structuredClone(await store.read(id, options))
    },
  }
  const options = { cache, maxAgeMs: MAX_AGE, now: () => clock.now, ...more }
  return { store, clock, reads, counting, options, front: cached(counting, options) }
}

describe.each(caches)('cached() over %s', (_name, make) => {
  it('answers eventual reads without a read of the store, until maxAgeMs is over', async () => {
    const { clock, reads, front } = await filled(make())
    const first = await front.read('a', eventual)
    clock.now += MAX_AGE - 1
    expect(await front.read('a', eventual)).toEqual(first)
    expect(reads).toEqual(['a strong'])
    clock.now += 1
    await front.read('a', eventual)
    expect(reads).toEqual(['a strong', 'a strong'])
  })

  it('caches all sessions of a user, and of users who are read concurrently', async () => {
    const { reads, front } = await filled(make())
    await Promise.all([front.read('a', eventual), front.read('c', eventual)])
    await front.read('b', eventual)
    reads.length = 0
    for (const id of ['a', 'b', 'c']) await front.read(id, eventual)
    expect(reads).toEqual([])
  })

  it('caches a read in the millisecond after a change', async () => {
    const { clock, reads, front } = await filled(make())
    await front.updateUser('ada', { name: 'Ada' })
    await front.update('a', { seen: 1 })
    clock.now += 1
    for (const how of [eventual, eventual]) await front.read('a', how)
    expect(reads).toEqual(['a strong'])
  })

  it('counts maxAgeMs from the start of the read', async () => {
    const cache = make()
    const { clock, reads, counting, options } = await filled(cache)
    const slow: AnyStore = {
      ...counting,
      async read(id, how) {
        const found = await counting.read(id, how)
        clock.now += 6_000
        return found
      },
    }
    const front = cached(slow, options)
    await front.read('a', eventual)
    clock.now = NOW + MAX_AGE
    await front.read('a', eventual)
    expect(reads).toHaveLength(2)
  })

  it('passes strong reads to the store, and caches their results', async () => {
    const { store, reads, front } = await filled(make())
    await front.read('a', eventual)
    await store.update('a', { seen: 1 })
    expect((await front.read('a', eventual))?.session.attributes.seen).toBe(0)
    expect((await front.read('a', strong))?.session.attributes.seen).toBe(1)
    expect((await front.read('a', eventual))?.session.attributes.seen).toBe(1)
    await store.delete('a')
    expect(await front.read('a', strong)).toBeNull()
    expect(await front.read('a', eventual)).toBeNull()
    expect(reads).toHaveLength(4)
  })

  it('caches no misses, and writes nothing for them', async () => {
    const cache = make()
    const written: string[] = []
    const spying: StoreCache = {
      get: (key) => cache.get(key),
      set(key, ...rest) {
        if (key.includes('session')) written.push(key)
        return cache.set(key, ...rest)
      },
      delete: (key) => cache.delete(key),
    }
    const { store, front } = await filled(spying)
    for (const how of [eventual, strong]) expect(await front.read('d', how)).toBeNull()
    expect(written).toEqual([])
    await store.insert(recordOf('d'))
    expect((await front.read('d', eventual))?.session.id).toBe('d')
  })

  const later = { activePeriodExpiresAt: NOW + 3e9, idlePeriodExpiresAt: NOW + 4e9 }
  const changes: [call: string, change: (store: AnyStore) => Promise<unknown>, ids: string[]][] = [
    ['delete', (store) => store.delete('a'), ['a']],
    ['renew', (store) => store.renew('a', later), ['a']],
    ['update', (store) => store.update('a', { seen: 7 }), ['a']],
    ['deleteByUser', (store) => store.deleteByUser('ada', {}), ['a', 'b']],
    ['deleteByUser but one', (store) => store.deleteByUser('ada', { except: 'a' }), ['b']],
    ['insert that replaces', (store) => store.insert(recordOf('d'), { replaces: 'a' }), ['a']],
    [
      'insert of another user that replaces',
      (store) => store.insert(recordOf('d', 'bob'), { replaces: 'a' }),
      ['a'],
    ],
    [
      'insert that revokes the oldest',
      (store) =>
        store.insert(recordOf('d'), { limit: { most: 1, onLimit: 'revoke-oldest', now: NOW } }),
      ['a', 'b'],
    ],
    [
      'insert that replaces and revokes the oldest',
      (store) =>
        store.insert(recordOf('d'), {
          replaces: 'b',
          limit: { most: 1, onLimit: 'revoke-oldest', now: NOW },
        }),
      ['a', 'b'],
    ],
    ['updateUser', (store) => store.updateUser('ada', { name: 'Ada' }), ['a', 'b']],
    ['deleteUser', (store) => store.deleteUser('ada'), ['a', 'b']],
  ]

  describe.each(changes)('%s', (call, change, ids) => {
    it('P1: is visible at once to eventual reads, also of another store over the same cache', async () => {
      const { store, counting, options, front, reads } = await filled(make())
      for (const id of ['a', 'b', 'c']) await front.read(id, eventual)
      const other = cached(counting, options)
      await change(front)
      for (const id of ids) {
        expect(await other.read(id, eventual)).toEqual(await store.read(id, strong))
      }
      reads.length = 0
      await other.read('c', eventual)
      expect(reads, 'the sessions of other users are still cached').toEqual([])
    })

    it('P1: is visible at once also when its answer was lost', async () => {
      const cache = make()
      const { store, counting, options } = await filled(cache)
      const name = call.split(' ')[0] as 'delete'
      const lossy: AnyStore = {
        ...counting,
        async [name](...args: unknown[]) {
          await (store[name] as (...args: unknown[]) => Promise<unknown>)(...args)
          throw new Error('the answer was lost')
        },
      }
      const front = cached(lossy, options)
      for (const id of ids) await front.read(id, eventual)
      await expect(change(front)).rejects.toThrow('the answer was lost')
      for (const id of ids) {
        expect(await front.read(id, eventual)).toEqual(await store.read(id, strong))
      }
    })

    it('P1: is not undone by reads that overlap it', async () => {
      const { store, counting, options } = await filled(make())
      const [begun, arrived] = [ids.map(() => gate()), gate()]
      const slow: AnyStore = {
        ...counting,
        async read(id, how) {
          const found = await counting.read(id, how)
          begun[ids.indexOf(id)]?.open()
          await arrived.opened
          return found
        },
      }
      const [front, other] = [cached(slow, options), cached(counting, options)]
      const under = ids.map((id) => front.read(id, eventual))
      await Promise.all(begun.map(({ opened }) => opened))
      await change(other)
      arrived.open()
      await Promise.all(under)
      for (const id of ids) {
        expect(await other.read(id, eventual)).toEqual(await store.read(id, strong))
      }
    })
  })

  it('returns copies: changing one changes neither the cache nor another', async () => {
    const { front } = await filled(make())
    for (let round = 0; round < 3; round++) {
      const found = await front.read('a', eventual)
      expect(found).toEqual({
        session: recordOf('a'),
        user: { id: 'ada', attributes: { name: 'ada' } },
      })
      Object.assign(found!.user.attributes, { name: 'eve' })
      Object.assign(found!.session, { userId: 'eve' })
    }
  })

  it('P9: caches plain values only', async () => {
    const seen: unknown[] = []
    const cache = make()
    const spying: StoreCache = {
      get: (key) => cache.get(key),
      set(key, value, options) {
        seen.push(value)
        return cache.set(key, value, options)
      },
      delete: (key) => cache.delete(key),
    }
    const { front } = await filled(spying)
    await Promise.all([front.read('a', eventual), front.read('b', strong)])
    await front.delete('a')
    await front.updateUser('ada', { name: 'Ada' })
    expect(seen.length).toBeGreaterThan(3)
    for (const value of seen) expect(JSON.parse(JSON.stringify(value))).toEqual(value)
  })

  it('caches values that JSON cannot carry unchanged', async () => {
    const store = memoryStore<{ born: Date }, { tags: Set<string>; list: unknown[] }>()
    await store.createUser({ id: 'ada', attributes: { born: new Date(5) } })
    const list = [{ at: new Date(6) }, [null, undefined, 1n], 'text']
    await store.insert({ ...recordOf('a'), attributes: { tags: new Set(['x']), list } })
    const front = cached(store, { cache: make(), maxAgeMs: MAX_AGE })
    const first = await front.read('a', eventual)
    await store.deleteUser('ada')
    expect(await front.read('a', eventual)).toEqual(first)
  })
})

describe('cached()', () => {
  it.each([0, -1, Number.NaN, Infinity])('rejects maxAgeMs %d', (maxAgeMs) => {
    const make = () => cached(memoryStore(), { cache: new Map(), maxAgeMs })
    const message = expect.stringContaining('maxAgeMs') as string
    expect(make).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG', message }))
  })

  it('writes the documented keys, each with its ttl', async () => {
    const written: [key: string, ttl: number][] = []
    const map = new Map<string, object>()
    const spying: StoreCache = {
      get: (key) => map.get(key),
      set(key, value, { ttl }) {
        written.push([key, ttl])
        return map.set(key, value)
      },
      delete: (key) => map.delete(key),
    }
    const { front } = await filled(spying)
    await front.read('a', eventual)
    await front.delete('a')
    expect(written).toEqual([
      ['limen:1:invalidation', MAX_AGE + DAY],
      ['limen:1:user:ada', MAX_AGE + DAY],
      ['limen:1:session:a', MAX_AGE],
      ['limen:1:session:a', MAX_AGE + DAY],
    ])
  })

  it.each(['nothing', ':session:', ':user:', ':invalidation'])(
    'reports no error of a cache that loses %s',
    async (lost) => {
      const map = new Map<string, object>()
      const losing: StoreCache = {
        get: (key) => (key.includes(lost) ? undefined : map.get(key)),
        set: (key, value) => map.set(key, value),
        delete: (key) => map.delete(key),
      }
      const errors: unknown[] = []
      const more = { onCacheError: (error: unknown) => errors.push(error) }
      const { reads, front } = await filled(losing, more)
      for (const how of [eventual, eventual, strong]) await front.read('a', how)
      expect(reads, 'P1: an entry without its generation is not trusted').toHaveLength(
        lost === 'nothing' ? 2 : 3,
      )
      await front.delete('a')
      expect(await front.read('a', eventual)).toBeNull()
      expect(errors).toEqual([])
    },
  )

  it('P1: caches nothing where the invalidation token cannot be written', async () => {
    const map = new Map<string, object>()
    const withoutToken: StoreCache = {
      get: (key) => map.get(key),
      set(key, value) {
        if (key.endsWith(':invalidation')) throw new Error('full')
        return map.set(key, value)
      },
      delete: (key) => map.delete(key),
    }
    const { reads, front } = await filled(withoutToken)
    for (const how of [eventual, eventual]) await front.read('a', how)
    expect(reads).toEqual(['a strong', 'a strong'])
  })

  it('P1: a revocation is not undone by an overlapping read, also when the cache lost everything', async () => {
    for (const call of ['delete', 'deleteUser'] as const) {
      const cache = new Map<string, object>()
      const { counting, options } = await filled(cache)
      const [begun, arrived] = [gate(), gate()]
      const slow: AnyStore = {
        ...counting,
        async read(id, how) {
          const found = await counting.read(id, how)
          begun.open()
          await arrived.opened
          return found
        },
      }
      const under = cached(slow, options).read('a', eventual)
      await begun.opened
      const other = cached(counting, options)
      await other[call](call === 'delete' ? 'a' : 'ada')
      cache.clear()
      await other.read('c', eventual)
      arrived.open()
      await under
      expect(await other.read('a', eventual)).toBeNull()
      expect(await other.read('c', eventual)).not.toBeNull()
    }
  })

  it('does not trust an entry from the future', async () => {
    const { clock, reads, front } = await filled(new Map())
    await front.read('a', eventual)
    clock.now -= 1
    await front.read('a', eventual)
    expect(reads).toHaveLength(2)
  })

  it('trusts no entry after maxAgeMs, also when a cache stores it longer', async () => {
    const clock = { now: NOW }
    const cache = new LRUCache<string, object>({
      max: 10,
      allowStale: true,
      updateAgeOnGet: true,
      noDeleteOnStaleGet: true,
    })
    const { reads, front } = await filled(cache, { now: () => clock.now })
    for (let read = 0; read < 5; read++) {
      await front.read('a', eventual)
      clock.now += MAX_AGE / 2
    }
    expect(reads).toHaveLength(3)
  })

  it('has the traits of its store, also where that is an object of a class', async () => {
    class Engine {
      readonly #expired = 3
      readonly traits = { staleMisses: true }
      async deleteExpired(): Promise<number> {
        return this.#expired
      }
    }
    const calls = Object.entries(memoryStore()).filter(([name]) => name !== 'deleteExpired')
    const store = Object.assign(new Engine(), Object.fromEntries(calls) as Store<object, object>)
    const front = cached(store, { cache: new Map(), maxAgeMs: 1 })
    expect(front.traits).toEqual({ staleMisses: true })
    expect(await front.deleteExpired?.({ now: 1, limit: 1 })).toBe(3)
    const plain = cached(memoryStore(), { cache: new Map(), maxAgeMs: 1 })
    expect(plain).not.toHaveProperty('traits')
  })

  it('P1, P5: requests with unsafe methods bypass it, with every auth object', async () => {
    const store = memoryStore()
    const cache = new LRUCache<string, object>({ max: 100 })
    const auth = () => limen({ store: cached(store, { cache, maxAgeMs: MAX_AGE }) })
    const { userId } = await auth().createUser({})
    const session = await auth().createSession({ userId })
    const visit = (method: string) =>
      auth()
        .handleRequest(
          new Request('https://app.example/', {
            method,
            headers: {
              Cookie: `__Host-Http-session=${auth().createBearerToken(session)}`,
              'Sec-Fetch-Site': 'same-origin',
            },
          }),
        )
        .validate()
    expect(await visit('GET')).not.toBeNull()
    await store.delete(session.sessionId)
    expect(await visit('GET'), 'revoked without the cache, within maxAgeMs').not.toBeNull()
    expect(await visit('POST')).toBeNull()
    expect(await visit('GET'), 'the result of the POST').toBeNull()
  })

  const broken: [name: string, fail: () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('the cache is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the cache is down'))],
    ['rejects late', () => new Promise((_, reject) => setTimeout(reject, 1, new Error('down')))],
    ['returns values of another form', () => ({ at: NOW, token: 'x', found: { session: 1 } })],
  ]
  const parts: (keyof StoreCache)[][] = [['get'], ['set'], ['delete'], ['get', 'set', 'delete']]
  describe.each(broken)('P4: over a cache that %s', (name, fail) => {
    it.each(parts)('in %s, signs no user out and fails no change', async (...names) => {
      const map = new Map<string, object>()
      const cache: StoreCache = {
        get: (key) => map.get(key),
        set: (key, value) => map.set(key, value),
        delete: (key) => map.delete(key),
        ...Object.fromEntries(names.map((part) => [part, fail])),
      }
      const errors: unknown[] = []
      // An unhandled rejection would fail the run.
      const onCacheError = (error: unknown): Promise<never> => {
        errors.push(error)
        if (errors.length % 2) throw new Error('so is the log')
        return Promise.reject(new Error('so is the log, later'))
      }
      const { front } = await filled(cache, { onCacheError })
      for (const how of [eventual, eventual, strong, eventual]) {
        expect((await front.read('a', how))?.session.id).toBe('a')
      }
      await front.renew('a', recordOf('a'))
      await front.delete('a')
      await front.deleteByUser('ada', {})
      expect(await front.read('a', strong)).toBeNull()
      expect(await front.read('c', eventual)).not.toBeNull()
      if (name !== 'returns values of another form' && names.length > 1)
        expect(errors).not.toEqual([])
    })
  })
})
