import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient } from '@libsql/client'
import { type CaseSession, recordsFor } from '@limen/conformance'
import Database from 'better-sqlite3'
import { createConnection, createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { describe, expect, inject, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { findPort } from '../test/daemon.ts'
import { dialects } from './dialects/index.ts'
import {
  type SqlDialect,
  type SqlDriver,
  type SqlLayout,
  betterSqlite3,
  libsql,
  migrate,
  mysql2,
  nodeSqlite,
  pg,
  postgresJs,
  sqlStore,
} from './index.ts'

interface User {
  readonly name?: string | null
  readonly mail?: string
  readonly age?: number
}
type Store = ReturnType<typeof sqlStore<User, CaseSession>>
const layout: SqlLayout<User, CaseSession> = {
  user: {
    table: 'app_user',
    columns: {
      name: 'text',
      mail: { type: 'text', optional: true },
      age: { type: 'integer', optional: true },
    },
  },
  session: { columns: { device: 'text', seen: { type: 'json', optional: true } } },
}
const ownTable = (dialect: SqlDialect) =>
  `create table app_user (id ${dialects[dialect].schema.types.id} primary key, name varchar(20) not null, mail varchar(50), age smallint, constraint one_mail unique (mail), constraint adult check (age > 17))`

/** A mistake, and the message of each engine: the store answers the same way each time. */
type Slip = [
  what: string,
  statements: string[],
  call: (store: Store) => Promise<unknown>,
  words: RegExp,
  not?: SqlDialect[],
]
const slips: Slip[] = [
  [
    'a table is missing',
    ['drop table limen_session'],
    (store) => store.read('x', { consistency: 'strong' }),
    /^Cannot read a session: .*limen_session.*\. Apply the migrations: /,
  ],
  [
    'a column is missing',
    ['alter table limen_session drop column device'],
    (store) => store.read('x', { consistency: 'strong' }),
    /^Cannot read a session: .*device/,
  ],
  [
    'a column may not be null',
    [],
    (store) => store.updateUser('ada', { name: null }),
    /^Cannot update a user's attributes: .*name/,
  ],
  [
    'a column may not be null and is left out',
    [],
    (store) => store.createUser({ id: 'eve', attributes: {} }),
    /^Cannot create a user: .*name/,
  ],
  [
    'a value of another unique column is taken',
    [],
    (store) => store.createUser({ id: 'eve', attributes: { name: 'Eve', mail: 'ada@a.example' } }),
    /^Cannot create a user: (?!.*ada@)/,
  ],
  [
    'a check fails',
    [],
    (store) => store.updateUser('ada', { age: 5 }),
    /^Cannot update a user's attributes: .*/,
  ],
  [
    'a value is too long',
    [],
    (store) => store.updateUser('ada', { mail: 'a marker '.repeat(10) }),
    /^Cannot update a user's attributes: (?!.*marker)/,
    ['sqlite'],
  ],
  [
    'a number is too large',
    [],
    (store) => store.updateUser('ada', { age: 123456789 }),
    /^Cannot update a user's attributes: (?!.*123456789)/,
    ['sqlite'],
  ],
  [
    'another table still refers to the user',
    [
      'create table post (id int primary key, author ID not null, foreign key (author) references app_user (id))',
      `insert into post values (1, 'ada')`,
    ],
    (store) => store.deleteUser('ada'),
    /^Cannot delete a user: /,
  ],
]

describe.each(await everywhere())('a slip in %s', (_, open) => {
  it.each(slips)('E2: is AUTH_STORE_REJECTED where %s', async (_, statements, call, words, not) => {
    const { driver, maker, close } = await open()
    if (!not?.includes(driver.dialect)) {
      await maker.batch([ownTable(maker.dialect)])
      await migrate(maker, layout)
      const store = sqlStore(driver, layout)
      await store.createUser({
        id: 'ada',
        attributes: { name: 'Ada', mail: 'ada@a.example', age: 36 },
      })
      for (const statement of statements) {
        await maker.batch([statement.replace('ID', dialects[maker.dialect].schema.types.id)])
      }
      for (let turn = 0; turn < 2; turn++) {
        await expect(call(store)).rejects.toMatchObject({
          code: 'AUTH_STORE_REJECTED',
          message: expect.stringMatching(words),
          cause: { name: expect.any(String) },
        })
      }
    }
    await close()
  })

  it('E2: is not a failure for an id that is not a uuid: it matches no user', async () => {
    const { driver, maker, close } = await open()
    const idType = maker.dialect === 'sqlite' ? 'text' : 'uuid'
    const layout: SqlLayout<{ name: string }> = {
      user: { table: 'app_user', idType, columns: { name: 'text' } },
    }
    await maker.batch([`create table app_user (id ${idType} primary key, name varchar(9))`])
    await migrate(maker, layout)
    const store = sqlStore(driver, layout)
    const record = await recordsFor(store as never)
    for (const id of ['ada', '1', "' or 1=1", '0199f1e0-abcd-7000-8000-00000000000']) {
      expect(await store.readUser(id)).toBeNull()
      expect(await store.updateUser(id, { name: 'x' })).toBe(false)
      expect(await store.insert({ ...record('a'), userId: id })).toBeNull()
      expect(await store.listByUser(id)).toEqual([])
      await store.deleteByUser(id, {})
      await store.deleteUser(id)
    }
    await close()
  })
})

const unavailable = { code: 'AUTH_STORE_UNAVAILABLE' }
const read = (driver: SqlDriver) => sqlStore(driver).read('x', { consistency: 'strong' })
const signUp = (driver: SqlDriver) => sqlStore(driver).createUser({ id: 'x', attributes: {} })

describe('an outage of SQLite', () => {
  async function file() {
    const folder = await mkdtemp(join(tmpdir(), 'limen-sql-'))
    const path = join(folder, 'app.db')
    const db = new DatabaseSync(path)
    await migrate(nodeSqlite(db))
    return {
      path,
      remove: async () => {
        db.close()
        await rm(folder, { recursive: true })
      },
    }
  }
  interface Opened {
    readonly driver: SqlDriver
    readonly run: (statement: string) => unknown
    /** Takes the one lock for writing, and returns what gives it back. */
    readonly lock: () => Promise<() => unknown>
    readonly close: () => void
  }
  const locking = (run: (statement: string) => unknown) => async () => {
    run('begin immediate')
    return () => run('rollback')
  }
  const clients: [string, (path: string, readOnly: boolean) => Opened][] = [
    [
      'node:sqlite',
      (path, readOnly) => {
        const db = new DatabaseSync(path, { readOnly })
        const run = (statement: string) => db.exec(statement)
        return { driver: nodeSqlite(db), run, lock: locking(run), close: () => db.close() }
      },
    ],
    [
      'better-sqlite3',
      (path, readonly) => {
        const db = new Database(path, { readonly, timeout: 0 })
        const run = (statement: string) => db.exec(statement)
        return { driver: betterSqlite3(db), run, lock: locking(run), close: () => db.close() }
      },
    ],
    [
      'libSQL',
      (path) => {
        const client = createClient({ url: `file:${path}`, timeout: 0 })
        return {
          driver: libsql(client),
          run: (statement) => client.execute(statement),
          async lock() {
            const transaction = await client.transaction('write')
            return () => transaction.rollback()
          },
          close: () => client.close(),
        }
      },
    ],
  ]

  it.each(clients)('E2: is AUTH_STORE_UNAVAILABLE through %s', async (name, connect) => {
    const { path, remove } = await file()
    const { driver, run, close } = connect(path, false)
    // Locks are a process's: another copy of SQLite in this one does not see them.
    const other = connect(path, false)
    const unlock = await other.lock()
    await expect(signUp(driver)).rejects.toMatchObject(unavailable)
    await unlock()
    other.close()
    if (name !== 'libSQL') {
      await run('pragma max_page_count = 1')
      const large = { id: 'x', attributes: { text: 'x'.repeat(1e6) } }
      const full = sqlStore(driver).createUser(large)
      await expect(full).rejects.toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/full/),
      })
      const reader = connect(path, true)
      await expect(signUp(reader.driver)).rejects.toMatchObject(unavailable)
      reader.close()
    }
    close()
    await expect(read(driver)).rejects.toMatchObject(unavailable)
    await remove()
  })
})

/** A port without a listener, and one that accepts connections and never answers. */
async function deafServer() {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  const port = await findPort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const postgresServer = inject('postgres')
const postgresClients: [
  string,
  (url: string) => { driver: SqlDriver; end: () => Promise<unknown> },
][] = [
  [
    'pg',
    (connectionString) => {
      const pool = new Pool({ connectionString, max: 1, connectionTimeoutMillis: 500 })
      pool.on('error', () => {})
      return { driver: pg(pool), end: () => pool.end() }
    },
  ],
  [
    'postgres.js',
    (url) => {
      const client = postgres(url, {
        max: 1,
        connect_timeout: 1,
        fetch_types: false,
        onnotice() {},
      })
      return { driver: postgresJs(client), end: () => client.end({ timeout: 0 }) }
    },
  ],
]

describe.skipIf(!postgresServer)('an outage of PostgreSQL', () => {
  it.each(postgresClients)('E2: is AUTH_STORE_UNAVAILABLE through %s', async (name, connect) => {
    const url = postgresServer!.url
    const admin = new Client({ connectionString: url })
    await admin.connect()
    const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
    await admin.query(`create schema ${schema}`)
    await admin.query(`set search_path = ${schema}`)
    await migrate(pg(admin))
    const options = (more = '') =>
      `${url}?application_name=${schema}&options=${encodeURIComponent(`-c search_path=${schema}${more}`)}`
    const ends: (() => Promise<unknown>)[] = []
    const connected = (address: string) => {
      const { driver, end } = connect(address)
      ends.push(end)
      return driver
    }
    const expectOutage = (call: Promise<unknown>) => expect(call).rejects.toMatchObject(unavailable)

    await expectOutage(
      read(connected(`postgres://postgres@127.0.0.1:${await findPort()}/postgres`)),
    )
    const deaf = await deafServer()
    await expectOutage(read(connected(`postgres://postgres@127.0.0.1:${deaf.port}/postgres`)))
    deaf.close()
    await expectOutage(signUp(connected(options(' -c default_transaction_read_only=on'))))

    await admin.query('begin; lock table limen_user')
    await expectOutage(signUp(connected(options(' -c statement_timeout=100'))))
    await expectOutage(signUp(connected(options(' -c lock_timeout=100'))))
    // A connection that is cut while its statement waits, and one that the pool has no more of.
    const driver = connected(options())
    const cut = expectOutage(signUp(driver))
    const exhausted = name === 'pg' ? expectOutage(read(driver)) : undefined
    await exhausted
    // Within its transaction, the other connection always sees the same activity.
    const watcher = new Client({ connectionString: url })
    await watcher.connect()
    for (;;) {
      const { rows } = await watcher.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${schema}' and wait_event_type = 'Lock'`,
      )
      if (rows.length > 0) break
    }
    await cut
    await watcher.end()
    await admin.query('commit')
    await Promise.all(ends.map((end) => end()))
    await admin.end()
  })
})

const mariadbServer = inject('mariadb')

describe.skipIf(!mariadbServer)('an outage of MariaDB', () => {
  it('E2: is AUTH_STORE_UNAVAILABLE through mysql2', async () => {
    const { url } = mariadbServer!
    const database = `t${crypto.randomUUID().replaceAll('-', '')}`
    const admin = await createConnection(url)
    await admin.query(`create database ${database}`)
    await admin.query(`use ${database}`)
    const pools: ReturnType<typeof createPool>[] = []
    const connected = (uri: string, ...settings: string[]) => {
      const pool = createPool({ uri, connectionLimit: 1, connectTimeout: 500, queueLimit: 1 })
      pool.pool.on('connection', (made) => {
        for (const setting of settings) made.query(`set session ${setting}`)
      })
      pools.push(pool)
      return mysql2(pool, 'mariadb')
    }
    const uri = `${url}/${database}`
    await migrate(connected(uri))
    const expectOutage = (call: Promise<unknown>) => expect(call).rejects.toMatchObject(unavailable)

    await expectOutage(read(connected(`mysql://root@127.0.0.1:${await findPort()}/${database}`)))
    const deaf = await deafServer()
    await expectOutage(read(connected(`mysql://root@127.0.0.1:${deaf.port}/${database}`)))
    deaf.close()

    await admin.beginTransaction()
    await admin.query(`insert into limen_user values ('x', '{}')`)
    await expectOutage(signUp(connected(uri, 'innodb_lock_wait_timeout = 1')))
    await expectOutage(signUp(connected(uri, 'max_statement_time = 0.2')))
    const driver = connected(uri)
    const cut = expectOutage(signUp(driver))
    const [waits, refused] = [driver.query('select 1', []), read(driver)]
    waits.catch(() => {})
    await expectOutage(refused)
    for (;;) {
      const [rows] = await admin.query(
        `select id from information_schema.processlist where db = '${database}' and info like 'insert into %limen_user%' and id <> connection_id()`,
      )
      const [found] = rows as { id: number }[]
      if (found) {
        await admin.query(`kill ${found.id}`)
        break
      }
    }
    await cut
    await admin.rollback()
    await Promise.all(pools.map((pool) => pool.end()))
    await admin.end()
  })
})
