import { type CaseSession, recordsFor } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { dialects } from './dialects/index.ts'
import { type SqlLayout, migrate, sqlStore } from './index.ts'

/** What a request's JSON can hold where the types promise text. */
const pieces: unknown[] = [
  JSON.parse(`{"text":["'admin'"],"parts":[]}`),
  JSON.parse(`{"texts":["'admin'"],"parts":[]}`),
  JSON.parse('{"text":["id"],"parts":[]}'),
  JSON.parse('{"texts":["id"],"parts":[]}'),
  JSON.parse('{"name":"userId"}'),
  ['admin'],
  [],
]
const noText: unknown[] = [0, 7, 1e21, Number.NaN, false, true, null, undefined, 5n, Symbol('id')]
const rejected = { code: 'AUTH_STORE_REJECTED' }

describe.each(await everywhere())(
  'sqlStore() in %s, called with values of wrong types',
  (_, open) => {
    async function opened(layout?: SqlLayout<{ name: string }, CaseSession>) {
      const { driver, maker, close } = await open()
      if (layout) {
        const { id, text } = dialects[maker.dialect].schema.types
        await maker.batch([`create table app_user (id ${id} primary key, name ${text})`])
      }
      await migrate(maker, layout)
      const store = sqlStore<{ name: string }, CaseSession>(driver, layout)
      const record = await recordsFor(store as never, 'admin', 'zero')
      for (const id of ['admin', 'zero']) {
        await store.createUser({ id, attributes: { name: id } })
        await store.insert(record('a', { userId: id, id: `of ${id}` }))
      }
      return { store, record, close }
    }
    const columns: SqlLayout<{ name: string }, CaseSession> = {
      user: { table: 'app_user', columns: { name: 'text' } },
      session: { columns: { device: 'text', seen: { type: 'json', optional: true } } },
    }

    it.each([
      ['JSON', undefined],
      ['columns', columns],
    ])('A1, A2: rejects every id that is not text, over %s', async (_, layout) => {
      const { store, record, close } = await opened(layout)
      const user = { name: 'x' }
      for (const id of [...pieces, ...noText] as never[]) {
        const calls = [
          () => store.readUser(id),
          () => store.updateUser(id, user),
          () => store.deleteUser(id),
          () => store.createUser({ id, attributes: user }),
          () => store.listByUser(id),
          () => store.deleteByUser(id, {}),
          () => store.insert({ ...record('b'), userId: id }),
          () => store.insert({ ...record('b', { userId: 'admin' }), id }),
          () => store.read(id, { consistency: 'strong' }),
          () => store.renew(id, { activePeriodExpiresAt: 1, idlePeriodExpiresAt: 1 }),
          () => store.update(id, { device: 'x' }),
          () => store.delete(id),
        ]
        for (const call of calls) await expect(call()).rejects.toMatchObject(rejected)
        if (id !== undefined) {
          const session = record('b', { userId: 'admin' })
          await expect(store.insert(session, { replaces: id })).rejects.toMatchObject(rejected)
        }
        if (id === null || id === undefined) continue
        await expect(store.deleteByUser('admin', { except: id })).rejects.toMatchObject(rejected)
      }
      for (const id of ['admin', 'zero']) {
        expect(await store.listByUser(id)).toEqual([
          {
            session: record('a', { userId: id, id: `of ${id}` }),
            user: { id, attributes: { name: id } },
          },
        ])
      }
      await close()
    })

    it('A1: rejects pieces of statements among the other values of a session', async () => {
      const { store, record, close } = await opened()
      const session = record('b', { userId: 'admin' })
      for (const value of pieces as never[]) {
        for (const name of [
          'secretHash',
          'createdAt',
          'activePeriodExpiresAt',
          'idlePeriodExpiresAt',
        ]) {
          await expect(store.insert({ ...session, [name]: value })).rejects.toMatchObject(rejected)
        }
        const deadlines = { activePeriodExpiresAt: value, idlePeriodExpiresAt: value }
        await expect(store.renew('of admin', deadlines)).rejects.toMatchObject(rejected)
        await expect(store.deleteExpired!({ now: value, limit: 1 })).rejects.toMatchObject(rejected)
      }
      expect(await store.listByUser('admin')).toHaveLength(1)
      await close()
    })

    it('A1: stores pieces of statements as the attributes that they are', async () => {
      const { store, close } = await opened()
      for (const piece of pieces) {
        const name = piece as string
        await store.updateUser('zero', { name })
        expect(await store.readUser('zero')).toEqual({ id: 'zero', attributes: { name } })
      }
      await close()
    })

    it('A1: rejects pieces of statements as the attributes of text columns', async () => {
      const { store, close } = await opened(columns)
      for (const piece of pieces) {
        const attributes = { name: piece as string }
        const invalid = { code: 'AUTH_INVALID_ATTRIBUTES' }
        await expect(store.updateUser('zero', attributes)).rejects.toMatchObject(invalid)
        await expect(store.createUser({ id: 'b', attributes })).rejects.toMatchObject(invalid)
      }
      expect(await store.readUser('zero')).toEqual({ id: 'zero', attributes: { name: 'zero' } })
      await close()
    })
  },
)

const hostileNames = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '$.a',
  '$',
  'a"b',
  "a'b",
  'a\\b',
  '`',
  '%',
  '*',
  '[0]',
  '?',
  '$1',
  ':a',
  '🙂',
  'ü',
  '\u2028',
  '\n',
  'a'.repeat(10_000),
  'text',
  'texts',
  'parts',
  'limen:json',
]
const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>(
    (inner, _, level) => (level % 2 ? [inner] : { a: inner }),
    'x',
  )
/** An object with a key `constructor` is equal to no other one in the eyes of the test runner. */
const entriesOf = (attributes: object | undefined): [string, unknown][] =>
  Object.entries(attributes ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1))
/** Assigns each name as JSON.parse does, `__proto__` included. */
const objectOf = (entries: [string, unknown][]): Record<string, unknown> =>
  Object.fromEntries(entries)

describe.each(await everywhere())('attributes as JSON in %s', (_, open) => {
  async function opened() {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<Record<string, unknown>, Record<string, unknown>>(driver)
    const read = async () => (await store.readUser('ada'))?.attributes
    return { store, close, read }
  }

  it('A7: can have every name, together and one by one, and lose it when it is removed', async () => {
    const { store, close, read } = await opened()
    const all = objectOf(hostileNames.map((name, index) => [name, index]))
    await store.createUser({ id: 'ada', attributes: all })
    expect(entriesOf(await read())).toEqual(entriesOf(all))
    for (const name of hostileNames) {
      const one = objectOf([[name, { inner: null }]])
      await store.updateUser('ada', one)
      expect(entriesOf(await read())).toEqual(
        entriesOf(objectOf([...Object.entries(all), ...Object.entries(one)])),
      )
      await store.updateUser('ada', objectOf([[name, undefined]]))
      expect(entriesOf(await read())).toEqual(entriesOf(all).filter(([other]) => other !== name))
      await store.updateUser('ada', objectOf([[name, all[name]]]))
    }
    await store.updateUser('ada', all)
    await store.updateUser('ada', objectOf(hostileNames.map((name) => [name, undefined])))
    expect(await read()).toStrictEqual({})
    await close()
  })

  it.each([1, 27, 28, 29, 30, 31, 32, 33, 63, 64])(
    'A7: are stored exactly with %i levels',
    async (levels) => {
      const { store, close, read } = await opened()
      const deep = nested(levels)
      const record = await recordsFor(store as never)
      await store.createUser({ id: 'ada', attributes: { deep, other: 1 } })
      const session = { ...record('a'), attributes: { deep } }
      const user = { id: 'ada', attributes: { deep, other: 1 } }
      expect(await store.insert(session)).toEqual(user)
      expect(await store.read(session.id, { consistency: 'strong' })).toEqual({ session, user })
      await store.update(session.id, { again: deep })
      await store.updateUser('ada', { other: 2, again: [deep] })
      await store.updateUser('ada', { again: undefined })
      expect(await read()).toEqual({ deep, other: 2 })
      expect((await store.listByUser('ada'))[0]?.session.attributes).toEqual({ deep, again: deep })
      await close()
    },
  )

  it('A7: are stored exactly when they look like a value that was stored as text', async () => {
    const { store, close, read } = await opened()
    const attributes = { one: { 'limen:json': '1' }, two: { 'limen:json': { 'limen:json': '[' } } }
    await store.createUser({ id: 'ada', attributes })
    expect(await read()).toEqual(attributes)
    await store.updateUser('ada', { one: { 'limen:json': 'no JSON' } })
    expect(await read()).toEqual({ ...attributes, one: { 'limen:json': 'no JSON' } })
    await close()
  })

  it('E2: can be 500 in one update', async () => {
    const { store, close, read } = await opened()
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`name ${n}`, n]))
    await store.createUser({ id: 'ada', attributes: {} })
    expect(await store.updateUser('ada', many)).toBe(true)
    expect(await read()).toEqual(many)
    await close()
  })
})

describe.each(await everywhere())('json columns in %s', (_, open) => {
  it('A7: store 64 levels, and become NULL when an update sets undefined', async () => {
    const { driver, maker, close } = await open()
    const { id, json, text } = dialects[maker.dialect].schema.types
    await maker.batch([`create table app_user (id ${id} primary key, deep ${json}, name ${text})`])
    const layout: SqlLayout<{ deep?: unknown; name?: string | null | undefined }> = {
      user: {
        table: 'app_user',
        columns: { deep: { type: 'json', optional: true }, name: 'text' },
      },
    }
    await migrate(maker, layout)
    const store = sqlStore(driver, layout)
    const deep = nested(64)
    await store.createUser({ id: 'ada', attributes: { deep, name: 'Ada' } })
    expect((await store.readUser('ada'))?.attributes).toEqual({ deep, name: 'Ada' })
    await store.updateUser('ada', { deep: { 'limen:json': '1' } })
    expect((await store.readUser('ada'))?.attributes.deep).toEqual({ 'limen:json': '1' })
    await store.updateUser('ada', { deep: undefined, name: undefined })
    expect((await store.readUser('ada'))?.attributes).toStrictEqual({ name: null })
    await close()
  })
})

describe.each(await everywhere())('A7: a JSON column of the app in %s', (_, open) => {
  it('is filled by an update where it is NULL, and rejected where it does not hold an object', async () => {
    const { driver, maker, close } = await open()
    const { id, json } = dialects[maker.dialect].schema.types
    const layout = { user: { table: 'accounts', attributes: 'meta' } }
    await maker.batch([
      `create table accounts (id ${id} primary key, meta ${json})`,
      `insert into accounts values ('ada', null), ('list', '[1,2]')`,
    ])
    await migrate(maker, layout)
    const store = sqlStore<{ isBanned?: boolean }>(driver, layout)

    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: {} })
    expect(await store.updateUser('ada', { isBanned: true })).toBe(true)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { isBanned: true } })
    await expect(store.readUser('list')).rejects.toMatchObject(rejected)
    await close()
  })
})
