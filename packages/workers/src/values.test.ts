/** Ids and attributes that TypeScript excludes and JavaScript allows, in each store. */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseSession, recordsFor } from '@limen/conformance'
import type { Store } from '@limen/core'
import { d1Store, durableObjectStore, kvStore } from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'

type AnyAttributes = Readonly<Record<string, unknown>>

const stores: [name: string, open: () => Store<AnyAttributes, AnyAttributes>][] = [
  ['d1Store()', () => d1Store(env.DB)],
  ['kvStore()', () => kvStore(env.KV)],
  ['durableObjectStore()', () => durableObjectStore(env.SESSIONS)],
]

const strong = { consistency: 'strong' } as const
const later = { activePeriodExpiresAt: 9e12, idlePeriodExpiresAt: 9e12 }

beforeEach(async () => {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
})

describe.each(stores)('A2: %s called with an id that is not a string', (_name, open) => {
  const ids: [id: unknown, as: string][] = [
    [['ada'], 'ada'],
    [null, 'null'],
    [undefined, 'undefined'],
    [7, '7.0'],
    [7, '7'],
    [0, '0'],
    [-1, '-1'],
    [7n, '7'],
    [true, 'true'],
    [{}, '[object Object]'],
    [{ toString: () => 'ada' }, 'ada'],
    [new String('ada'), 'ada'],
    [new Date(0), '0'],
    [[], ''],
    [NaN, 'NaN'],
  ]

  it.each(ids)('%o is not the user %o', async (given, as) => {
    const store = open()
    const userId = given as string
    const [user, attributes] = [{ id: as, attributes: { name: 'Ada' } }, { name: 'Eve' }]
    const session = { ...(await recordsFor(store as never, as))('a', { userId: as }) }
    expect(await store.createUser(user)).toBe(true)
    expect(await store.insert(session as never)).toEqual(user)

    expect(await store.readUser(userId)).toBe(null)
    expect(await store.updateUser(userId, attributes)).toBe(false)
    expect(await store.listByUser(userId)).toEqual([])
    expect(await store.createUser({ id: userId, attributes })).toBe(false)
    const forged = { ...session, id: session.id.replace(/a{22}$/, 'f'.repeat(22)), userId }
    expect(await store.insert(forged as never)).toBe(null)
    await store.deleteByUser(userId, {})
    await store.deleteUser(userId)

    expect(await store.readUser(as)).toEqual(user)
    expect((await store.listByUser(as)).map((found) => found.session)).toEqual([session])
  })

  const sessionIds: [what: string, change: (id: string) => unknown][] = [
    ['an array', (id) => [id]],
    ['a String object', (id) => new String(id)],
    ['what turns into it', (id) => ({ toString: () => id, slice: () => id.slice(0, 22) })],
    ['null', () => null],
    ['undefined', () => undefined],
    ['a number', () => 7],
  ]

  it.each(sessionIds)('%s is not a session id', async (_what, change) => {
    const store = open()
    const record = await recordsFor(store as never)
    const user = { id: 'ada', attributes: {} }
    await store.createUser(user)
    const sessions = [record('a'), record('b')] as unknown as {
      id: string
      attributes: CaseSession
    }[]
    for (const session of sessions) await store.insert(session as never)
    const id = change(sessions[0]!.id) as string

    expect(await store.read(id, strong)).toBe(null)
    expect(await store.read(id, { consistency: 'eventual' })).toBe(null)
    expect(await store.renew(id, later)).toBe(false)
    expect(await store.update(id, { device: 'ghost' })).toBe(false)
    await store.delete(id)
    expect((await store.listByUser('ada')).map((found) => found.session)).toEqual(sessions)

    await store.deleteByUser('ada', { except: id })
    expect(await store.listByUser('ada')).toEqual([])
  })
})

const names = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '$.a',
  '$',
  'a"b',
  "a'b",
  'a\\b',
  '\\u0061',
  '`',
  '%',
  '*',
  '[0]',
  '0',
  ',',
  '{}',
  '🙂',
  'e\u0301',
  '\u2028',
  '\u0001',
  'text',
  'parts',
  'id',
  'null',
  'x'.repeat(10_000),
]

const values: [what: string, value: unknown][] = [
  ['text with braces and commas', ',}{,"],'],
  ['an empty object', {}],
  ['an empty list', []],
  ['null', null],
  ['false', false],
  ['numbers', [0, -1, 0.1, 1e-7, 1.5e300, 5e-324, 2 ** 53 - 1, -(2 ** 53), 0.1 + 0.2, 1e21]],
  ['64 nested lists', JSON.parse('['.repeat(64) + ']'.repeat(64))],
  ['64 nested objects', JSON.parse('{"a":'.repeat(63) + '{}' + '}'.repeat(63))],
]

describe.each(stores)('A7: %s', (_name, open) => {
  const all = Object.fromEntries(names.map((name) => [name, { [name]: name }]))

  async function opened(attributes: AnyAttributes) {
    const store = open()
    const session = { ...(await recordsFor(store as never))('a'), attributes }
    await store.createUser({ id: 'ada', attributes })
    await store.insert(session)
    const read = async () => {
      const found = (await store.read(session.id, strong))!
      expect(found.user).toEqual(await store.readUser('ada'))
      expect(await store.listByUser('ada')).toEqual([found])
      return [found.user.attributes, found.session.attributes]
    }
    const update = async (changes: AnyAttributes) => {
      expect(await store.updateUser('ada', changes)).toBe(true)
      expect(await store.update(session.id, changes)).toBe(true)
    }
    return { read, update }
  }

  const same = (found: unknown[], expected: object) => {
    for (const attributes of found) {
      expect(attributes).toEqual(expected)
      expect(Object.keys(attributes as object).toSorted()).toEqual(Object.keys(expected).toSorted())
    }
  }

  it('stores and reads attributes of any name exactly', async () => {
    const { read, update } = await opened(all)
    same(await read(), all)
    const changed = Object.fromEntries(names.map((name) => [name, [name]]))
    await update(changed)
    same(await read(), changed)
  })

  it.each(names)('merges, replaces and removes the attribute %o', async (name) => {
    const { read, update } = await opened({ kept: 1 })
    await update({ [name]: 'first' })
    same(await read(), { kept: 1, [name]: 'first' })
    await update({ [name]: { second: null } })
    same(await read(), { kept: 1, [name]: { second: null } })
    await update({ [name]: undefined })
    same(await read(), { kept: 1 })
  })

  it('removes every attribute whose value is undefined, and adds others beside them', async () => {
    const { read, update } = await opened({})
    await update({ a: undefined })
    same(await read(), {})
    await update({ a: 1, b: 2, c: 3 })
    await update({ a: undefined, d: 4, c: null })
    same(await read(), { b: 2, c: null, d: 4 })
    await update({ b: undefined, c: undefined, d: undefined })
    same(await read(), {})
    await update({})
    same(await read(), {})
  })

  it('updates five hundred attributes at once', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`a${n}`, n]))
    const { read, update } = await opened({ kept: 1 })
    await update(many)
    same(await read(), { kept: 1, ...many })
    await update(Object.fromEntries(Object.keys(many).map((name) => [name, undefined])))
    same(await read(), { kept: 1 })
  })

  it.each(values)('stores and reads %s exactly', async (_what, value) => {
    const { read, update } = await opened({ created: value })
    await update({ updated: value })
    same(await read(), { created: value, updated: value })
  })
})
