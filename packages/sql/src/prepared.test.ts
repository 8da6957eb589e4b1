import { DatabaseSync } from 'node:sqlite'
import { type CaseSession, recordsFor } from '@limen/conformance'
import { createConnection, createPool } from 'mysql2/promise'
import { Client } from 'pg'
import postgres from 'postgres'
import { describe, expect, inject, it } from 'vitest'
import { dialects } from './dialects/index.ts'
import {
  type SqlDialect,
  type SqlDriver,
  type SqlLayout,
  migrate,
  mysql2,
  nodeSqlite,
  pg,
  postgresJs,
  sqlStore,
} from './index.ts'
import { recent } from './recent.ts'

const names = Array.from({ length: 12 }, (_, index) => `a${index}`)
type Attributes = Record<string, number>
const columns = Object.fromEntries(names.map((name) => [name, 'integer' as const]))
const layout: SqlLayout<Attributes, Attributes> = {
  user: { table: 'app_user', columns },
  session: { columns },
}
const table = (dialect: SqlDialect) =>
  `create table app_user (id ${dialects[dialect].schema.types.id} primary key, ${names.map((name) => `${name} int default 7`).join(', ')})`

/** Random attributes in random order. */
function someOf(chosen: readonly string[]): Attributes {
  return Object.fromEntries(
    chosen
      .filter(() => Math.random() < 0.5)
      .toSorted(() => Math.random() - 0.5)
      .map((name) => [name, Math.trunc(Math.random() * 1000)]),
  )
}

/** Writes random attributes in every way, over columns and over JSON, and reads them back. */
async function writeMuch(driver: SqlDriver, times: number): Promise<void> {
  await driver.batch([table(driver.dialect)])
  await migrate(driver, layout)
  const inColumns = sqlStore<Attributes, Attributes>(driver, layout)
  const json = { user: { table: 'json_user' }, session: { table: 'json_session' } }
  await migrate(driver, json)
  const inJson = sqlStore<Attributes, Attributes>(driver, json)
  const record = await recordsFor(inJson as never)
  for (let turn = 0; turn < times; turn++) {
    for (const store of [inColumns, inJson]) {
      const [id, first, change] = [`u${turn}`, someOf(names), someOf(names)]
      const session = { ...record('a', { id: `s${turn}`, userId: id }), attributes: first }
      await store.createUser({ id, attributes: first })
      await store.insert(session as never)
      await store.updateUser(id, change)
      await store.update(session.id, change)
      const found = await store.read(session.id, { consistency: 'strong' })
      const defaults = store === inColumns ? Object.fromEntries(names.map((name) => [name, 7])) : {}
      const nulls = store === inColumns ? Object.fromEntries(names.map((name) => [name, null])) : {}
      expect(found?.user.attributes).toEqual({ ...defaults, ...first, ...change })
      expect(found?.session.attributes).toEqual({ ...nulls, ...first, ...change })
    }
  }
}

describe('the statements of a store with 12 columns', () => {
  it('E1: are few in node:sqlite, for every set of attributes', async () => {
    const db = new DatabaseSync(':memory:')
    const counts = new Map<string, number>()
    const counting = {
      exec: (sql: string) => db.exec(sql),
      prepare(sql: string) {
        counts.set(sql, (counts.get(sql) ?? 0) + 1)
        return db.prepare(sql)
      },
    }
    const driver = nodeSqlite(counting)
    await writeMuch(driver, 5)
    const store = sqlStore<Attributes>(driver, layout)
    const prepared: string[] = []
    const watching: SqlDriver = {
      ...driver,
      change(sql, values, once) {
        if (!once) prepared.push(sql)
        return driver.change(sql, values, once)
      },
    }
    const watched = sqlStore<Attributes>(watching, layout)
    await store.createUser({ id: 'ada', attributes: {} })
    for (let turn = 0; turn < 20_000; turn++) await watched.updateUser('ada', someOf(names))
    expect(new Set(prepared).size).toBeLessThanOrEqual(14)
    db.close()
  }, 120_000)

  it('E1: do not depend on the order of the attributes', async () => {
    const db = new DatabaseSync(':memory:')
    const texts = new Set<string>()
    const driver = nodeSqlite(db)
    const store = sqlStore<Attributes>(
      {
        ...driver,
        change(sql, values, once) {
          texts.add(sql)
          return driver.change(sql, values, once)
        },
      },
      layout,
    )
    await driver.batch([table('sqlite')])
    for (let turn = 0; turn < 50; turn++) {
      const shuffled = names.toSorted(() => Math.random() - 0.5)
      await store.updateUser('ada', Object.fromEntries(shuffled.map((name) => [name, turn])))
    }
    expect(texts.size).toBe(1)
    db.close()
  })

  it('E1: are cached up to a limit', () => {
    let made = 0
    const remembered = recent(() => ++made)
    for (let turn = 0; turn < 1000; turn++) remembered(`text ${turn}`)
    expect(remembered('text 999')).toBe(1000)
    expect(remembered('text 0')).toBe(1001)
  })
})

const postgresServer = inject('postgres')
describe.skipIf(!postgresServer)('the prepared statements in PostgreSQL', () => {
  async function inSchema() {
    const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
    const admin = new Client({ connectionString: postgresServer!.url })
    await admin.connect()
    await admin.query(`create schema ${schema}`)
    await admin.end()
    return `${postgresServer!.url}?options=-c%20search_path%3D${schema}`
  }

  it('E1: are few through postgres.js', async () => {
    const client = postgres(await inSchema(), { max: 1, onnotice() {} })
    await writeMuch(postgresJs(client), 60)
    const [row] = await client.unsafe('select count(*)::int as n from pg_prepared_statements')
    expect(row!['n']).toBeLessThan(70)
    await client.end()
  })

  it('E1, H1: are few through pg, have the same names in every process, and are used again', async () => {
    const client = new Client({ connectionString: await inSchema() })
    await client.connect()
    await writeMuch(pg(client), 60)
    const find = `select name, statement, generic_plans + custom_plans as uses from pg_prepared_statements where name like 'limen%'`
    const { rows } = await client.query<{ name: string; statement: string; uses: string }>(find)
    expect(rows.length).toBeGreaterThan(5)
    expect(rows.length).toBeLessThan(70)
    const read = rows.filter(({ statement }) => /^select\b.*\bfrom "json_session"/s.test(statement))
    expect(read).toHaveLength(1)
    expect(Number(read[0]!.uses)).toBe(60)

    const other = new Client({ connectionString: postgresServer!.url })
    await other.connect()
    const names: string[] = []
    const store = sqlStore(
      pg({
        query(statement) {
          names.push(`${statement.name}`)
          return client.query(statement)
        },
        connect: () => client.connect(),
      }),
      { user: { table: 'json_user' }, session: { table: 'json_session' } },
    )
    await store.read('x', { consistency: 'strong' })
    expect(names).toEqual([read[0]!.name])
    await other.end()
    await client.end()
  })

  it('H1: are none through pg with prepare: false', async () => {
    const client = new Client({ connectionString: await inSchema() })
    await client.connect()
    await writeMuch(pg(client, { prepare: false }), 5)
    const { rows } = await client.query('select name from pg_prepared_statements')
    expect(rows).toEqual([])
    await client.end()
  })

  it('H1: still work after the type of a column has changed', async () => {
    const client = new Client({ connectionString: await inSchema() })
    await client.connect()
    const driver = pg(client)
    await migrate(driver)
    const store = sqlStore<{ name: string }, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const session = (await recordsFor(store as never))('a')
    await store.insert(session)
    const read = () => store.read(session.id, { consistency: 'strong' })
    const before = await read()
    await client.query('alter table limen_session alter column created_at type numeric')
    await client.query('alter table limen_user alter column attributes type json')
    await client.query('alter table limen_user add column more int')
    expect(await read()).toEqual(before)
    await client.end()
  })
})

const mariadbServer = inject('mariadb')
describe.skipIf(!mariadbServer)('the prepared statements in MariaDB', () => {
  it.each(['a pool', 'a connection'])('E1: are few through %s of mysql2', async (which) => {
    const database = `t${crypto.randomUUID().replaceAll('-', '')}`
    const admin = await createConnection(mariadbServer!.url)
    await admin.query(`create database ${database}`)
    const uri = `${mariadbServer!.url}/${database}`
    const client =
      which === 'a pool' ? createPool({ uri, connectionLimit: 1 }) : await createConnection(uri)
    await writeMuch(mysql2(client, 'mariadb'), 60)
    const [rows] = await client.query('show session status like "Com_stmt_prepare"')
    const [closed] = await client.query('show session status like "Com_stmt_close"')
    const count = (answer: unknown) => Number((answer as { Value: string }[])[0]!.Value)
    expect(count(rows)).toBeGreaterThan(60)
    expect(count(rows) - count(closed)).toBeLessThan(70)
    await client.end()
    await admin.end()
  })
})
