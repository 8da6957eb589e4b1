import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { createConnection } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { type SqlDriver, migrate, mysql2, pg, sqlStore } from './index.ts'

const change = (text: string, ...values: (string | number)[]) => ({
  text,
  values,
  returnsRows: false,
})
const query = (text: string, ...values: (string | number)[]) => ({
  text,
  values,
  returnsRows: true,
})

/** The placeholders of a driver's dialect. */
function placeholders({ dialect }: SqlDriver): [string, string] {
  return dialect === 'postgres' ? ['$1', '$2'] : ['?', '?']
}

async function numbersIn(driver: SqlDriver): Promise<number[]> {
  const rows = await driver.query('select n from numbers order by n', [])
  return rows.map((row) => Number(Object.values(row)[0]))
}

const create = 'create table numbers (n int primary key)'

describe.each(await everywhere())('transaction() in %s', (_, open) => {
  async function opened() {
    const { maker, connect, close } = await open()
    await maker.batch([create])
    const driver = connect(1)
    const [one] = placeholders(driver)
    const insert = (n: number) => change(`insert into numbers values (${one})`, n)
    return { driver, one, insert, close }
  }

  it('returns the rows of queries and the counts of changes, in order', async () => {
    const { driver, one, insert, close } = await opened()
    const results = await driver.transaction([
      insert(1),
      insert(2),
      query('select n from numbers where n > 0 order by n'),
      change(`update numbers set n = n + 10 where n >= ${one}`, 1),
      change(`delete from numbers where n > ${one}`, 11),
      query(`select n from numbers where n = ${one}`, 99),
      query(`select n from numbers where n = ${one}`, 11),
    ])
    const shown = results.map(({ rows, count }) => [
      count,
      ...rows.map((row) => Number(Object.values(row)[0])),
    ])
    expect(shown).toEqual([[1], [1], [2, 1, 2], [2], [1], [0], [1, 11]])
    expect(await numbersIn(driver)).toEqual([11])
    await close()
  })

  it('rolls all statements back when one fails, and the connection serves the next call', async () => {
    const { driver, insert, close } = await opened()
    await driver.transaction([insert(1)])
    for (const failing of [insert(1), query('select nothing from nowhere'), change('no SQL')]) {
      for (const statements of [
        [insert(2), failing, insert(3)],
        [failing, insert(2)],
        [insert(2), failing],
      ]) {
        await expect(driver.transaction(statements)).rejects.toThrow()
        expect(await numbersIn(driver)).toEqual([1])
      }
    }
    await driver.change('insert into numbers values (4)', [])
    await driver.transaction([insert(5)])
    expect(await numbersIn(driver)).toEqual([1, 4, 5])
    await close()
  })

  it('contains no statement of a concurrent call', async () => {
    const { driver, one, insert, close } = await opened()
    await driver.transaction([insert(1)])
    const plain = (n: number) => driver.change(`insert into numbers values (${one})`, [n])
    const failing = () =>
      expect(driver.transaction([insert(99), query('select n from numbers'), insert(1)])).rejects
    await Promise.all([
      plain(2),
      failing().toThrow(),
      plain(3),
      failing().toThrow(),
      driver.transaction([insert(4), insert(5)]),
      plain(6),
    ])
    expect(await numbersIn(driver)).toEqual([1, 2, 3, 4, 5, 6])
    await close()
  })
})

/** A driver over one connection of its own, and how to close it. */
const single: [string, unknown, () => Promise<{ driver: SqlDriver; end: () => Promise<void> }>][] =
  [
    [
      'a Client of pg',
      inject('postgres'),
      async () => {
        const client = new Client({ connectionString: inject('postgres')!.url })
        await client.connect()
        const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
        await client.query(`create schema ${schema}`)
        await client.query(`set search_path = ${schema}`)
        return { driver: pg(client), end: () => client.end() }
      },
    ],
    [
      'a connection of mysql2',
      inject('mariadb'),
      async () => {
        const connection = await createConnection(inject('mariadb')!.url)
        const database = `t${crypto.randomUUID().replaceAll('-', '')}`
        await connection.query(`create database ${database}`)
        await connection.query(`use ${database}`)
        return { driver: mysql2(connection, 'mariadb'), end: () => connection.end() }
      },
    ],
  ]

describe.each(single)('transaction() through %s', (_, server, open) => {
  it.skipIf(!server)('contains no statement of a concurrent call', async () => {
    const { driver, end } = await open()
    await driver.batch([create])
    const [one] = placeholders(driver)
    const insert = (n: number) => change(`insert into numbers values (${one})`, n)
    const plain = (n: number) => driver.change(`insert into numbers values (${one})`, [n])
    const failing = () => expect(driver.transaction([insert(99), insert(0)])).rejects.toThrow()
    await plain(0)
    await Promise.all([
      plain(1),
      failing(),
      plain(2),
      failing(),
      plain(3),
      driver.transaction([insert(4)]),
    ])
    expect(await numbersIn(driver)).toEqual([0, 1, 2, 3, 4])
    await end()
  })
})

const postgres = inject('postgres')
const NOW = 1_700_000_000_000

describe.skipIf(!postgres)('a limit of sessions in PostgreSQL', () => {
  const inSchema = async (more = '') => {
    const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
    const admin = new Client({ connectionString: postgres!.url })
    await admin.connect()
    await admin.query(`create schema ${schema}; set search_path = ${schema}`)
    await migrate(pg(admin))
    const options = encodeURIComponent(`-c search_path=${schema}${more}`)
    const url = `${postgres!.url}?application_name=${schema}&options=${options}`
    return { admin, schema, url }
  }

  it.each(['repeatable read', 'serializable'])(
    'is exact where the default isolation level is %s',
    async (level) => {
      const isolation = level.replace(' ', '\\ ')
      const { admin, url } = await inSchema(` -c default_transaction_isolation=${isolation}`)
      const pool = new Pool({ connectionString: url, max: 8 })
      const { rows } = await pool.query('show transaction isolation level')
      // All connections are open before the sign-ins begin: otherwise the first ones run alone.
      await Promise.all(Array.from({ length: 8 }, () => pool.query('select pg_sleep(0.2)')))
      expect(rows).toEqual([{ transaction_isolation: level }])
      const store = sqlStore<CaseUser, CaseSession>(pg(pool))
      await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
      const record = await recordsFor(store)
      const limit = { most: 3, onLimit: 'refuse', now: NOW } as const
      const signIns = Array.from({ length: 40 }, (_, n) =>
        store.insert(record('s', { id: `s${n}` }), { limit }),
      )
      const refused = (await Promise.allSettled(signIns)).filter(
        (result) => result.status === 'rejected' && result.reason.code === 'AUTH_SESSION_LIMIT',
      )
      expect(refused).toHaveLength(37)
      expect(await store.listByUser('ada')).toHaveLength(3)
      await Promise.all([pool.end(), admin.end()])
    },
  )

  it('E4: rejects when its connection is closed, and the process and the pool live', async () => {
    const { admin, schema, url } = await inSchema()
    const pool = new Pool({ connectionString: url, max: 1 })
    const store = sqlStore<CaseUser, CaseSession>(pg(pool))
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(store)
    const limit = { most: 3, onLimit: 'refuse', now: NOW } as const

    await admin.query('begin')
    await admin.query(`select * from limen_user for update`)
    const signIn = expect(store.insert(record('a'), { limit })).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
    })
    const watcher = new Client({ connectionString: postgres!.url })
    await watcher.connect()
    for (;;) {
      const { rows } = await watcher.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${schema}' and wait_event_type = 'Lock'`,
      )
      if (rows.length > 0) break
    }
    await signIn
    await admin.query('commit')
    expect(await store.insert(record('a'), { limit })).toMatchObject({ id: 'ada' })
    const { rows } = await watcher.query(
      `select state from pg_stat_activity where application_name = '${schema}' and state like '%transaction%'`,
    )
    expect(rows).toEqual([])
    await Promise.all([pool.end(), admin.end(), watcher.end()])
  })
})

describe.each(await everywhere())('sign-ins of two users in %s', (_, open) => {
  it('that replace sessions of each other do not fail', async () => {
    const { maker, connect, close } = await open()
    await migrate(maker)
    const stores = [connect(4), connect(4)].map((driver) => sqlStore<CaseUser, CaseSession>(driver))
    const record = await recordsFor(stores[0]!)
    for (const id of ['ada', 'bob']) {
      await stores[0]!.createUser({ id, attributes: { name: id } })
    }
    const limit = { most: 2, onLimit: 'revoke-oldest', now: NOW } as const
    for (let round = 0; round < 10; round++) {
      const of = (userId: string, n: number) =>
        record('x', { userId, id: `${userId}${round}-${n}`, createdAt: NOW + round * 10 + n })
      for (const userId of ['ada', 'bob']) {
        for (const n of [1, 2]) await stores[0]!.insert(of(userId, n), { limit })
      }
      // Each deletes what the other one locks.
      await Promise.all(
        [3, 4].flatMap((n) => [
          stores[0]!.insert(of('ada', n), { replaces: of('bob', n - 2).id, limit }),
          stores[1]!.insert(of('bob', n), { replaces: of('ada', n - 2).id, limit }),
        ]),
      )
      for (const userId of ['ada', 'bob']) {
        expect((await stores[0]!.listByUser(userId)).length).toBeLessThanOrEqual(2)
      }
    }
    await close()
  })
})
