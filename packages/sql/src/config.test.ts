import { DatabaseSync } from 'node:sqlite'
import { createPool as createCallbackPool } from 'mysql2'
import { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { dialectNames } from './dialects/index.ts'
import {
  type SqlDriver,
  betterSqlite3,
  d1,
  durableObjectSql,
  libsql,
  migrate,
  migrations,
  mysql2,
  neon,
  nodeSqlite,
  pg,
  pglite,
  postgresJs,
  sqlStore,
  sqlTicketStore,
} from './index.ts'

const db = new DatabaseSync(':memory:')
const driver = nodeSqlite(db)
const pool = new Pool()
const kv = { get() {}, put() {}, list() {}, delete() {} }
const names = dialectNames.join(', ')
const layout = (value: unknown) => () => sqlStore(driver, value as never)

/** A call with a missing client or a wrong value, and the whole message. */
const cases: [call: () => unknown, message: string][] = [
  [
    () => sqlStore(undefined as never),
    'sqlStore() needs a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool) (got undefined)',
  ],
  [
    () => sqlStore(pool as never),
    'sqlStore() needs a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool) (got an object of the class BoundPool)',
  ],
  [
    () => sqlTicketStore(pool as never),
    'sqlTicketStore() needs a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool) (got an object of the class BoundPool)',
  ],
  [
    () => sqlTicketStore(driver, { tables: 'a' } as never),
    'layout.ticket.tables is not an option. The options are: table',
  ],
  [
    () => sqlTicketStore(driver, { table: '' }),
    'layout.ticket.table must be a text that is not empty (got "")',
  ],
  [
    () => sqlTicketStore(driver, { table: 'limen_user' }),
    'layout: users and tickets cannot share the table "limen_user"',
  ],
  [
    layout({ session: { table: 'limen_ticket' } }),
    'layout: sessions and tickets cannot share the table "limen_ticket"',
  ],
  [
    () => sqlTicketStore(driver, { table: 'auth.ticket' }),
    'layout: SQLite has no schema for the table "auth.ticket"',
  ],
  [
    () => sqlStore({ ...driver, transaction: undefined } as never),
    'sqlStore() needs a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool) (got an object)',
  ],
  [
    () => sqlStore({ ...driver, dialect: 'oracle' } as never),
    `sqlStore(): driver.dialect must be one of ${names} (got "oracle")`,
  ],
  [
    () => sqlStore({ ...driver, dialect: 'toString' } as never),
    `sqlStore(): driver.dialect must be one of ${names} (got "toString")`,
  ],
  [
    () => migrations('sqllite' as never),
    `migrations(): dialect must be one of ${names} (got "sqllite")`,
  ],
  [
    () => nodeSqlite(undefined as never),
    'nodeSqlite() needs a DatabaseSync of node:sqlite (got undefined)',
  ],
  [
    () => nodeSqlite('app.db' as never),
    'nodeSqlite() needs a DatabaseSync of node:sqlite (got a string)',
  ],
  [
    () => betterSqlite3(null as never),
    'betterSqlite3() needs a Database of better-sqlite3 (got null)',
  ],
  [() => d1(undefined as never), 'd1() needs a D1 binding such as env.DB (got undefined)'],
  [() => d1(kv as never), 'd1() needs a D1 binding such as env.DB (got an object)'],
  [
    () => d1(db as never),
    'd1() needs a D1 binding such as env.DB (got an object of the class DatabaseSync)',
  ],
  [
    () => durableObjectSql(undefined as never),
    'durableObjectSql() needs the storage of a Durable Object with SQLite: ctx.storage (got undefined)',
  ],
  [
    () => libsql(undefined as never),
    'libsql() needs a client: createClient() of @libsql/client (got undefined)',
  ],
  [
    () => pglite(Promise.resolve() as never),
    'pglite() needs a PGlite: await PGlite.create() (got a promise: await it first)',
  ],
  [
    () => postgresJs(undefined as never),
    'postgresJs() needs a client: postgres() of postgres.js (got undefined)',
  ],
  [
    () => postgresJs(pool as never),
    'postgresJs() needs a client: postgres() of postgres.js (got an object of the class BoundPool)',
  ],
  [() => pg(undefined as never), 'pg() needs a Pool or a Client of pg (got undefined)'],
  [
    () => pg('postgres://ada:password@localhost/app' as never),
    'pg() needs a Pool or a Client of pg (got a string)',
  ],
  [
    () => pg(pool, { prepared: false } as never),
    'pg(): prepared is not an option. The options are: prepare',
  ],
  [
    () => pg(pool, { prepare: 'false' } as never),
    'pg(): prepare must be true or false (got "false")',
  ],
  [
    () => neon(undefined as never),
    'neon() needs a client: neon() of @neondatabase/serverless (got undefined)',
  ],
  [
    () => mysql2(undefined as never, 'mysql'),
    'mysql2() needs a pool: createPool() of mysql2/promise (got undefined)',
  ],
  [
    () => mysql2(createCallbackPool({}) as never, 'mysql'),
    'mysql2() needs a pool: createPool() of mysql2/promise (got a pool of mysql2: pass pool.promise())',
  ],
  [
    () => mysql2({ execute() {}, query() {} } as never, undefined as never),
    'mysql2(): dialect must be mysql or mariadb (got undefined)',
  ],
  [layout(null), 'layout must be an object (got null)'],
  [layout('app_user'), 'layout must be an object (got a string)'],
  [layout({ users: {} }), 'layout.users is not an option. The options are: user, session, ticket'],
  [layout({ user: 5 }), 'layout.user must be an object (got 5)'],
  [
    layout({ user: { tabel: 'x' } }),
    'layout.user.tabel is not an option. The options are: table, id, idType, attributes, columns',
  ],
  [layout({ user: { table: 5 } }), 'layout.user.table must be a text that is not empty (got 5)'],
  [layout({ session: { id: '' } }), 'layout.session.id must be a text that is not empty (got "")'],
  [
    layout({ user: { idType: null } }),
    'layout.user.idType must be a text that is not empty (got null)',
  ],
  [
    layout({ user: { columns: ['name'] } }),
    'layout.user.columns must be an object with a column for each attribute (got ["name"])',
  ],
  [
    layout({ user: { columns: { name: 'string' } } }),
    'layout.user.columns["name"].type must be one of text, integer, real, boolean, json (got "string")',
  ],
  [
    layout({ user: { columns: { name: 5 } } }),
    'layout.user.columns["name"] must be one of text, integer, real, boolean, json, or an object (got 5)',
  ],
  [
    layout({ user: { columns: { name: {} } } }),
    'layout.user.columns["name"].type must be one of text, integer, real, boolean, json (got undefined)',
  ],
  [
    layout({ user: { columns: { name: { type: 'text', column: 'x' } } } }),
    'layout.user.columns["name"].column is not an option. The options are: type, name, optional',
  ],
  [
    layout({ user: { columns: { name: { type: 'text', optional: 'true' } } } }),
    'layout.user.columns["name"].optional must be true or false (got "true")',
  ],
  [
    layout({ user: { columns: {}, attributes: 'data' } }),
    'layout.user takes attributes (one JSON column) or columns (one for each), not both',
  ],
  [layout({ user: { table: 'a.b' } }), 'layout: SQLite has no schema for the table "a.b"'],
]

describe('configuration', () => {
  it.each(cases.map(([call, message]) => ({ call, message })))(
    'A4, A6: $message',
    ({ call, message }) => {
      let error: unknown
      try {
        call()
      } catch (thrown) {
        error = thrown
      }
      expect(error).toMatchObject({ code: 'AUTH_CONFIG', message })
    },
  )

  it('A6: migrate() rejects a raw client in place of a driver', async () => {
    await expect(migrate(pool as unknown as SqlDriver)).rejects.toMatchObject({
      code: 'AUTH_CONFIG',
    })
  })

  it('E13: every optional option takes undefined', () => {
    const name: string | undefined = undefined
    sqlStore<{ name: string }, { device: string }>(driver, undefined)
    sqlStore<{ name: string }, { device: string }>(driver, { user: undefined, session: undefined })
    sqlStore<{ name: string }, { device: string }>(driver, {
      user: { table: name, id: name, idType: name, attributes: name, columns: undefined },
      session: {
        table: name,
        id: name,
        userId: name,
        secretHash: name,
        createdAt: name,
        activePeriodExpiresAt: name,
        idlePeriodExpiresAt: name,
        attributes: name,
        columns: { device: { type: 'text', name, optional: undefined } },
      },
    })
    pg(pool, undefined)
    pg(pool, { prepare: undefined })
    expect(migrations('sqlite', { user: undefined, ticket: undefined })).toHaveLength(6)
    expect(sqlTicketStore(driver, undefined)).toHaveProperty('take')
    expect(sqlTicketStore(driver, { table: undefined })).toHaveProperty('take')
  })
})
