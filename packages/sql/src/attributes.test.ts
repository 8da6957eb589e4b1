import { type CaseSession, recordsFor } from '@limen/conformance'
import { limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { type Opened, everywhere } from '../test/everywhere.ts'
import { ownLayout, ownTable } from '../test/own-tables.ts'
import { dialects } from './dialects/index.ts'
import { type SqlDialect, type SqlLayout, migrate, sqlStore } from './index.ts'

interface Everything {
  text: string | null
  integer: number | null
  real: number | null
  boolean: boolean | null
  json: unknown
}
const everything: SqlLayout<Everything, Everything> = {
  user: {
    table: 'app_user',
    columns: { text: 'text', integer: 'integer', real: 'real', boolean: 'boolean', json: 'json' },
  },
  session: {
    columns: { text: 'text', integer: 'integer', real: 'real', boolean: 'boolean', json: 'json' },
  },
}
const engines = await everywhere()
const everyTable = (dialect: SqlDialect): string => {
  const { id, real, json } = dialects[dialect].schema.types
  const { quoted: name } = dialects[dialect].names
  return `create table app_user (id ${id} primary key, ${name('text')} varchar(200), ${name('integer')} int, ${name('real')} ${real}, ${name('boolean')} ${dialects[dialect].schema.types.boolean}, ${name('json')} ${json})`
}
const idOf = (dialect: SqlDialect): string => `id ${dialects[dialect].schema.types.id} primary key`
const nothing: Everything = { text: null, integer: null, real: null, boolean: null, json: null }
const values: Everything[] = [
  nothing,
  { text: '', integer: 0, real: 0, boolean: false, json: [] },
  { text: 'a', integer: -1, real: 0.1 + 0.2, boolean: true, json: { null: null, a: [1, '2'] } },
  { text: 'null', integer: 2 ** 31 - 1, real: -5e-324, boolean: null, json: 'null' },
  { text: '{"a":1}', integer: null, real: 1.7976931348623157e308, boolean: null, json: false },
  { text: '1', integer: null, real: 1 / 3, boolean: null, json: 1.5 },
]

describe.each(engines)('columns in %s', (_, open) => {
  async function opened<User extends object, Session extends object>(
    layout: SqlLayout<User, Session>,
    tableOf: (dialect: SqlDialect) => string,
  ) {
    const { driver, maker, close } = await open()
    await maker.batch([tableOf(maker.dialect)])
    await migrate(maker, layout)
    return { driver, close, store: sqlStore(driver, layout) }
  }
  const inEvery = () => opened(everything, everyTable)

  it('store and return each type exactly, for users and sessions, after a creation and after an update', async () => {
    const { store, close } = await inEvery()
    for (const [index, attributes] of values.entries()) {
      const userId = `user ${index}`
      const record = await recordsFor(store as never, userId)
      const session = (letter: string, changed: Everything) => ({
        ...record(letter, { userId }),
        id: `${letter}${index}`,
        attributes: changed,
      })
      expect(await store.createUser({ id: userId, attributes })).toBe(true)
      const created = session('a', attributes)
      expect(await store.insert(created)).toEqual({ id: userId, attributes })
      expect(await store.read(created.id, { consistency: 'strong' })).toEqual({
        session: created,
        user: { id: userId, attributes },
      })

      await store.updateUser(userId, nothing)
      await store.updateUser(userId, attributes)
      expect(await store.readUser(userId)).toEqual({ id: userId, attributes })
      const changed = session('b', nothing)
      await store.insert(changed)
      await store.update(changed.id, attributes)
      const found = await store.read(changed.id, { consistency: 'strong' })
      expect(found?.session.attributes).toEqual(attributes)
    }
    await close()
  })

  it('P4: store none of the attributes when one has no column or does not fit its column', async () => {
    const { store, close } = await inEvery()
    await store.createUser({ id: 'ada', attributes: nothing })
    const wrong: Record<string, unknown>[] = [
      { text: 'new', unknown: 1 },
      { text: 'new', unknown: undefined },
      { text: 5 },
      { text: 'new', integer: 1.5 },
      { text: 'new', integer: '1' },
      { text: 'new', real: Infinity },
      { text: 'new', boolean: 1 },
      { text: 'new', ['__proto__']: 1 },
      { text: 'new', toString: 1 },
    ]
    for (const attributes of wrong as unknown as Everything[]) {
      const invalid = { code: 'AUTH_INVALID_ATTRIBUTES' }
      await expect(store.updateUser('ada', attributes)).rejects.toMatchObject(invalid)
      expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: nothing })
      if (Object.values(attributes).includes(undefined)) continue
      await expect(store.createUser({ id: 'bob', attributes })).rejects.toMatchObject(invalid)
      expect(await store.readUser('bob')).toBeNull()
    }
    await close()
  })

  it('get their own default when an attribute is left out', async () => {
    const columns = { role: 'text', plan: 'text' } as const
    const layout: SqlLayout<{ role?: string | null | undefined; plan?: string | null }> = {
      user: { table: 'app_user', columns },
    }
    const { store, close } = await opened(
      layout,
      (dialect) =>
        `create table app_user (${idOf(dialect)}, role varchar(9) default 'reader', plan varchar(9))`,
    )
    await store.createUser({ id: 'ada', attributes: { role: undefined } })
    const attributes = { role: 'reader', plan: null }
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes })
    await store.updateUser('ada', { role: undefined })
    expect((await store.readUser('ada'))?.attributes.role).toBeNull()
    await close()
  })

  it('can be 130', async () => {
    const names = Array.from({ length: 130 }, (_, n) => `a${n}`)
    type Many = Record<string, number>
    const columns = Object.fromEntries(names.map((name) => [name, 'integer' as const]))
    const table = (dialect: SqlDialect) =>
      `create table app_user (${idOf(dialect)}, ${names.map((name) => `${name} bigint`).join(', ')})`
    const layout: SqlLayout<Many, Many> = {
      user: { table: 'app_user', columns },
      session: { columns },
    }
    const { store, close } = await opened(layout, table)
    const attributes = Object.fromEntries(names.map((name, index) => [name, index]))
    await store.createUser({ id: 'ada', attributes })
    const record = await recordsFor(store as never)
    const session = { ...record('a'), attributes }
    await store.insert(session)
    expect(await store.read(session.id, { consistency: 'strong' })).toEqual({
      session,
      user: { id: 'ada', attributes },
    })
    await close()
  })

  it('can be none', async () => {
    const table = (dialect: SqlDialect) => `create table app_user (${idOf(dialect)})`
    const layout = { user: { table: 'app_user', columns: {} }, session: { columns: {} } }
    const { store, close } = await opened(layout, table)
    await store.createUser({ id: 'ada', attributes: {} })
    expect(await store.updateUser('ada', {})).toBe(true)
    expect(await store.updateUser('bob', {})).toBe(false)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: {} })
    await close()
  })
})

describe.each(engines)('one JSON column in %s', (_, open) => {
  it('A7: leaves undefined out of a new record, and removes what an update sets to undefined', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<{ name: string | null | undefined; note?: string | undefined }>(driver)
    await store.createUser({ id: 'ada', attributes: { name: undefined } })
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: {} })
    await store.updateUser('ada', { name: undefined, note: 'x' })
    expect(await store.readUser('ada')).toStrictEqual({ id: 'ada', attributes: { note: 'x' } })
    await store.updateUser('ada', { note: undefined, name: null })
    expect(await store.readUser('ada')).toStrictEqual({ id: 'ada', attributes: { name: null } })
    await store.updateUser('ada', { name: undefined })
    expect(await store.readUser('ada')).toStrictEqual({ id: 'ada', attributes: {} })
    await close()
  })
})

describe.each(engines)('your own user table in %s', (_, open) => {
  async function opened() {
    const { driver, maker, close } = await open()
    const { quoted: name } = dialects[driver.dialect].names
    await maker.batch([
      ownTable(maker.dialect),
      `create unique index one_name on ${name('order')} (${name('full "name"')})`,
    ])
    await migrate(maker, ownLayout)
    return { driver, close, store: sqlStore(driver, ownLayout), table: name('order') }
  }

  it('returns false for a taken id, and rejects for another unique column', async () => {
    const { store, close } = await opened()
    const ada = { id: 'ada', attributes: { name: 'Ada' } }
    expect(await store.createUser(ada)).toBe(true)
    expect(await store.createUser(ada)).toBe(false)
    await expect(store.createUser({ ...ada, id: 'eve' })).rejects.toThrow(/unique|duplicate/i)
    expect(await store.readUser('eve')).toBeNull()

    const auth = limen({ store })
    const eve = { userId: 'eve', attributes: { name: 'Ada' } }
    await expect(auth.createUser(eve)).rejects.toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    const again = { userId: 'ada', attributes: { name: 'Eve' } }
    await expect(auth.createUser(again)).rejects.toMatchObject({ code: 'AUTH_DUPLICATE_USER_ID' })
    await close()
  })

  it('does not change columns that are not in the layout', async () => {
    const { driver, store, close, table } = await opened()
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await driver.batch([`update ${table} set role = 'owner'`])
    await store.updateUser('ada', { name: 'Ada L.', note: null })
    const [row] = await driver.query(`select role as found from ${table}`, [])
    expect(row?.['found']).toBe('owner')
    await close()
  })
})

const typedIds: [dialect: SqlDialect, type: string, id: string][] = [
  ['sqlite', 'integer', '5'],
  ['postgres', 'bigint', '5'],
  ['postgres', 'uuid', '0199f1e0-0000-7000-8000-000000000000'],
  ['mariadb', 'bigint', '5'],
  ['mariadb', 'char(36) character set ascii', '0199f1e0-0000-7000-8000-000000000000'],
  ['mysql', 'bigint', '5'],
]

describe.each(engines)('ids in %s', (_, open) => {
  it('are different when they differ in case or in trailing spaces', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<{ n: number }, CaseSession>(driver)
    const ids = ['ada', 'Ada', 'ada ', ' ada', 'äda', 'a\u0308da']
    for (const [n, id] of ids.entries()) {
      expect(await store.createUser({ id, attributes: { n } })).toBe(true)
    }
    for (const [n, id] of ids.entries()) {
      expect(await store.readUser(id)).toEqual({ id, attributes: { n } })
    }
    await close()
  })

  it('of another SQL type are text in Limen', async () => {
    const { driver, close } = await open()
    await close()
    for (const [, idType, id] of typedIds.filter(([dialect]) => dialect === driver.dialect)) {
      await useTypedIds(await open(), idType, id)
    }
  })
})

async function useTypedIds(
  { driver, maker, close }: Opened,
  idType: string,
  id: string,
): Promise<void> {
  const layout: SqlLayout<{ name: string }, CaseSession> = {
    user: { table: 'app_user', idType, columns: { name: 'text' } },
  }
  await maker.batch([`create table app_user (id ${idType} primary key, name varchar(9))`])
  await migrate(maker, layout)
  const store = sqlStore(driver, layout)
  const user = { id, attributes: { name: 'Ada' } }
  expect(await store.createUser(user)).toBe(true)
  expect(await store.createUser(user)).toBe(false)
  const record = await recordsFor(store as never, id)
  const session = record('a', { userId: id })
  expect(await store.insert(session)).toEqual(user)
  expect(await store.read(session.id, { consistency: 'strong' })).toEqual({ session, user })
  expect(await store.listByUser(id)).toEqual([{ session, user }])
  await store.deleteUser(id)
  expect(await store.read(session.id, { consistency: 'strong' })).toBeNull()
  await close()
}
