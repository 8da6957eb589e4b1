/** The databases of the tests, each with the tables of Lucia 2 and 3, and Lucia itself over them. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type SqlDriver, migrate, mysql2, nodeSqlite, pg } from '@limen/sql'
import { type Auth as Lucia2Auth, type Configuration, lucia as lucia2 } from 'lucia2'
import { mysql2 as lucia2Mysql } from 'lucia2-mysql'
import { pg as lucia2Pg } from 'lucia2-postgresql'
import { betterSqlite3 as lucia2Sqlite } from 'lucia2-sqlite'
import { Lucia as Lucia3 } from 'lucia3'
import { Mysql2Adapter } from 'lucia3-mysql'
import { NodePostgresAdapter } from 'lucia3-postgresql'
import { BetterSqlite3Adapter } from 'lucia3-sqlite'
import { createConnection, createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import { inject } from 'vitest'
import { type LuciaOptions, luciaLayout } from '../src/index.ts'

/** The attributes of the tests' users. */
export interface AppUser {
  readonly name: string
}

/** The attributes of the tests' sessions. */
export interface AppSession {
  readonly country: string
}

/** The layout of the attributes, for `luciaV2()` and `luciaV3()`. */
export const columns = {
  user: { columns: { name: 'text' } },
  session: { columns: { country: 'text' } },
} as const satisfies { user: LuciaOptions<AppUser>['user']; session: object }

/** What the tests use of Lucia 3. */
type AnyLucia3 = Lucia3<object, { name: string }>

/** What the tests use of Lucia 2. */
type AnyLucia2 = Lucia2Auth

/** A database with the tables of one version. */
export interface Database {
  readonly driver: SqlDriver
  readonly lucia2: () => AnyLucia2
  readonly lucia3: () => AnyLucia3
  /** Runs a statement without values, and returns its rows. */
  readonly rows: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** A driver with connections of its own. */
  readonly connect: () => SqlDriver
  readonly close: () => Promise<void>
  /** The address for another process; none of a database in this process's memory. */
  readonly address?: string
}

/** A database system. */
export interface Engine {
  readonly name: string
  /** Creates an empty database with the tables of a version, and Limen's table of sessions. */
  readonly open: (version: 2 | 3) => Promise<Database>
}

type Types = Readonly<Record<'id' | 'text' | 'ms' | 'time', string>>

/** The tables of Lucia's documentation, without a cascade, and with an attribute each. */
function tables(version: 2 | 3, quote: string, { id, text, ms, time }: Types): readonly string[] {
  const user = `${quote}user${quote}`
  const users = `create table ${user} (id ${id} not null primary key, name ${text} not null)`
  const reference = `foreign key (user_id) references ${user} (id)`
  if (version === 3) {
    return [
      users,
      `create table ${quote}session${quote} (id ${id} not null primary key, expires_at ${time} not null, user_id ${id} not null, country ${text} not null, ${reference})`,
    ]
  }
  return [
    users,
    `create table user_key (id ${id} not null primary key, user_id ${id} not null, hashed_password ${text}, ${reference})`,
    `create table user_session (id ${id} not null primary key, user_id ${id} not null, active_expires ${ms} not null, idle_expires ${ms} not null, country ${text} not null, ${reference})`,
  ]
}

/** What both versions of Lucia are given. */
const attributes = {
  getUserAttributes: ({ name }: { name: string }) => ({ name }),
  getSessionAttributes: ({ country }: { country: string }) => ({ country }),
}
const V2_TABLES = { user: 'user', key: 'user_key', session: 'user_session' }
const V3_TABLES = { user: 'user', session: 'session' }

function newLucia2(adapter: unknown): AnyLucia2 {
  // The types of the attributes are a global declaration, which two versions cannot share.
  const configuration = { adapter, env: 'PROD', ...attributes } as unknown as Configuration
  return lucia2(configuration) as AnyLucia2
}

function newLucia3(adapter: unknown): AnyLucia3 {
  return new Lucia3(adapter as never, attributes as never)
}

async function prepared(
  version: 2 | 3,
  quote: string,
  types: Types,
  database: Database,
): Promise<Database> {
  for (const statement of tables(version, quote, types)) await database.rows(statement)
  await migrate(database.driver, luciaLayout({ user: columns.user }))
  return database
}

/** SQLite in this process. */
const sqlite: Engine = {
  name: 'node:sqlite',
  open: (version) => openSqlite(version, new DatabaseSync(':memory:')),
}

/** SQLite in a file, which several processes can open. */
export const sqliteFile: Engine = {
  name: 'node:sqlite, in a file',
  async open(version) {
    const folder = mkdtempSync(join(tmpdir(), 'limen-lucia-'))
    const address = join(folder, 'app.db')
    const db = new DatabaseSync(address, { timeout: 10_000 })
    db.exec('pragma journal_mode = wal')
    const database = await openSqlite(version, db)
    const close = async () => {
      await database.close()
      rmSync(folder, { recursive: true })
    }
    return { ...database, address, close }
  },
}

/** SQLite in a database that the caller opened. */
export function openSqlite(version: 2 | 3, db: DatabaseSync): Promise<Database> {
  const types = { id: 'text', text: 'text', ms: 'integer', time: 'integer' }
  return prepared(version, '`', types, {
    driver: nodeSqlite(db),
    connect: () => nodeSqlite(db),
    lucia2: () => newLucia2(lucia2Sqlite(db as never, V2_TABLES)),
    lucia3: () => newLucia3(new BetterSqlite3Adapter(db as never, V3_TABLES)),
    rows: async (sql) => db.prepare(sql).all() as Record<string, unknown>[],
    close: async () => db.close(),
  })
}

/** PostgreSQL through node-postgres. */
function postgres(url: string): Engine {
  const types = { id: 'text', text: 'text', ms: 'bigint', time: 'timestamptz' }
  return {
    name: 'PostgreSQL',
    async open(version) {
      const schema = newName()
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`create schema ${schema}`)
      await client.end()
      const pools: Pool[] = []
      const address = `${url}?options=-c%20search_path%3D${schema}%20-c%20timezone%3DAmerica/New_York`
      const newPool = () => {
        const pool = new Pool({ connectionString: address, max: 4 })
        pools.push(pool)
        return pool
      }
      const pool = newPool()
      return prepared(version, '"', types, {
        address,
        driver: pg(pool),
        connect: () => pg(newPool()),
        lucia2: () => newLucia2(lucia2Pg(pool, V2_TABLES)),
        lucia3: () => newLucia3(new NodePostgresAdapter(pool, V3_TABLES)),
        rows: async (sql) => (await pool.query(sql)).rows as Record<string, unknown>[],
        close: async () => void (await Promise.all(pools.map((one) => one.end()))),
      })
    },
  }
}

/** MariaDB through mysql2. */
function mariadb(url: string): Engine {
  const id = 'varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin'
  const types = { id, text: 'varchar(255)', ms: 'bigint unsigned', time: 'datetime' }
  return {
    name: 'MariaDB',
    async open(version) {
      const name = newName()
      const connection = await createConnection(url)
      await connection.query(`create database ${name}`)
      await connection.end()
      const pools: { end(): Promise<void> }[] = []
      const address = `${url}/${name}`
      const newPool = () => {
        const pool = createPool({ uri: address, connectionLimit: 4, timezone: 'Z' })
        pools.push(pool)
        return pool
      }
      const pool = newPool()
      return prepared(version, '`', types, {
        address,
        driver: mysql2(pool, 'mariadb'),
        connect: () => mysql2(newPool(), 'mariadb'),
        lucia2: () => newLucia2(lucia2Mysql(pool as never, V2_TABLES)),
        lucia3: () => newLucia3(new Mysql2Adapter(pool as never, V3_TABLES)),
        rows: async (sql) => (await pool.query(sql))[0] as Record<string, unknown>[],
        close: async () => void (await Promise.all(pools.map((one) => one.end()))),
      })
    },
  }
}

function newName(): string {
  return `t${randomUUID().replaceAll('-', '')}`
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { readonly url: string } | null
    mariadb: { readonly url: string } | null
  }
}

/** The engines that are available: SQLite, and the servers that could be started. */
export function availableEngines(): readonly Engine[] {
  const [postgresServer, mariadbServer] = [inject('postgres'), inject('mariadb')]
  return [
    sqlite,
    ...(postgresServer ? [postgres(postgresServer.url)] : []),
    ...(mariadbServer ? [mariadb(mariadbServer.url)] : []),
  ]
}
