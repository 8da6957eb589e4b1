import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RoutedStore } from '@limen/core'
import { ROUTE_LENGTH, routeOf, withPlainIds } from '@limen/core/store-kit'
import { memoryStore } from './memory-store.ts'

const session = {
  userId: 'ada',
  secretHash: 'hash',
  createdAt: 1,
  activePeriodExpiresAt: 2,
  idlePeriodExpiresAt: 3,
  attributes: {},
}

/** A routed store that records its calls. */
function recording(more: Partial<RoutedStore<object, object>> = {}) {
  const calls: unknown[][] = []
  const store = new Proxy({ traits: { routed: true, selfExpiring: true }, ...more } as const, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (name === 'deleteExpired'
        ? undefined
        : async (...args: unknown[]) => {
            calls.push([name, ...args])
            return `result of ${String(name)}`
          }),
  }) as unknown as RoutedStore<object, object>
  return { store, calls }
}

describe('routeOf()', () => {
  it.each(['ada', '', 'ä🙂', 'x'.repeat(10_000)])(
    'of "%s" is the start of its SHA-256',
    async (id) => {
      const hash = createHash('sha256').update(id).digest('base64url')
      expect(await routeOf(id)).toBe(hash.slice(0, 22))
      expect(ROUTE_LENGTH).toBe(22)
    },
  )
})

describe('withPlainIds() of a routed store', () => {
  it('passes a route with every id, and returns what the store returns', async () => {
    const { store, calls } = recording()
    const plain = withPlainIds(store)
    const route = await routeOf('ada')
    const [user, id] = [{ route, id: 'ada' }, `${route}${'a'.repeat(22)}`]
    const strong = { consistency: 'strong' } as const
    const other = await routeOf('bob')
    const ofBob = `${other}${'b'.repeat(22)}`
    const limit = { most: 3, onLimit: 'refuse', now: 1 } as const
    const results = [
      await plain.read(id, strong),
      await plain.insert({ ...session, id }),
      await plain.insert({ ...session, id }, { replaces: ofBob, limit }),
      await plain.insert({ ...session, id }, { limit }),
      await plain.renew(id, session),
      await plain.update(id, { a: 1 }),
      await plain.delete(id),
      await plain.deleteByUser('ada', { except: id }),
      await plain.listByUser('ada'),
      await plain.createUser({ id: 'ada', attributes: {} }),
      await plain.readUser('ada'),
      await plain.updateUser('ada', { a: 1 }),
      await plain.deleteUser('ada'),
    ]
    expect(calls).toEqual([
      ['read', { route, id }, strong],
      ['insert', { ...session, id: { route, id } }, {}],
      [
        'insert',
        { ...session, id: { route, id } },
        { replaces: { route: other, id: ofBob }, limit },
      ],
      ['insert', { ...session, id: { route, id } }, { limit }],
      ['renew', { route, id }, session],
      ['update', { route, id }, { a: 1 }],
      ['delete', { route, id }],
      ['deleteByUser', user, { except: id }],
      ['listByUser', user],
      ['createUser', { id: user, attributes: {} }],
      ['readUser', user],
      ['updateUser', user, { a: 1 }],
      ['deleteUser', user],
    ])
    expect(results).toEqual(calls.map(([name]) => `result of ${String(name)}`))
  })

  it('has its traits, and deleteExpired only where the store has it', async () => {
    expect(withPlainIds(recording().store)).toMatchObject({
      traits: { routed: true, selfExpiring: true },
    })
    expect(withPlainIds(recording().store)).not.toHaveProperty('deleteExpired')
    const { store } = recording({ deleteExpired: async () => 7 })
    expect(await withPlainIds(store).deleteExpired?.({ now: 1, limit: 1 })).toBe(7)
  })
})

describe('withPlainIds() of a store with plain ids', () => {
  it('passes ids as they are', async () => {
    const store = memoryStore()
    const plain = withPlainIds(store)
    expect(plain).not.toHaveProperty('traits')
    expect(await plain.createUser({ id: 'ada', attributes: {} })).toBe(true)
    await plain.insert({ ...session, id: 'a' })
    const read = { consistency: 'strong' } as const
    expect(await plain.read('a', read)).toEqual(await store.read('a', read))
    await plain.insert({ ...session, id: 'b' }, { replaces: 'a' })
    expect(await store.read('a', read)).toBeNull()
    expect(await plain.read('b', read)).not.toBeNull()
    expect(await plain.deleteExpired?.({ now: 3, limit: 9 })).toBe(1)
  })
})
