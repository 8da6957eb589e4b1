/** Compares `store.read` with a read by hand, through every client. */
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import postgres from 'postgres'
import { type ComparedClient, denoReads, workerReads } from '../../../apps/bench/load/edge-reads.ts'
import { startLoadRedis } from '../../redis/test/load.ts'
import {
  type SqlDriver,
  betterSqlite3,
  libsql,
  migrate,
  mysql2,
  nodeSqlite,
  pg,
  pglite,
  postgresJs,
  sqlStore,
} from '../src/index.ts'
import { byLibsql, byMysql2, byPg, byPglite, byPostgresJs, bySqlite } from './load-by-hand.ts'
import { type Reads, compare, fill } from './load-compare.ts'
import { startMariadb } from './mariadb.ts'
import { startPostgres } from './postgres.ts'

const SESSIONS = 1000

/** Measures some clients of one engine, or returns why it is left out: one more engine is one more line. */
export const comparisons: readonly (() => Promise<readonly ComparedClient[] | string>)[] = [
  embedded,
  onPostgres,
  onMariadb,
  onRedis,
  () => workerReads(SESSIONS),
  () => denoReads(SESSIONS),
]

/** The engines that run in this process, in memory. */
async function embedded(): Promise<ComparedClient[]> {
  const sqlite = new DatabaseSync(':memory:')
  const better = new Database(':memory:')
  const libsqlClient = createClient({ url: ':memory:' })
  const pgliteDb = await PGlite.create()
  try {
    return [
      await compared('node:sqlite', nodeSqlite(sqlite), () => bySqlite(sqlite)),
      await compared('better-sqlite3', betterSqlite3(better), () => bySqlite(better)),
      await compared('libSQL', libsql(libsqlClient), () => byLibsql(libsqlClient)),
      await compared('PGlite', pglite(pgliteDb), () => byPglite(pgliteDb)),
    ]
  } finally {
    sqlite.close()
    better.close()
    libsqlClient.close()
    await pgliteDb.close()
  }
}

async function onPostgres(): Promise<ComparedClient[] | string> {
  const server = await startPostgres()
  if (typeof server === 'string') return `PostgreSQL (${server})`
  const client = postgres(server.url, { max: 10, onnotice: () => {} })
  const pool = new Pool({ connectionString: server.url, max: 10 })
  pool.on('error', () => {})
  try {
    const ids = await filled(postgresJs(client))
    const shared = { ids, isServer: true }
    return [
      await compared(
        'PostgreSQL (postgres.js)',
        postgresJs(client),
        () => byPostgresJs(client),
        shared,
      ),
      await compared('PostgreSQL (pg)', pg(pool), () => byPg(pool), shared),
    ]
  } finally {
    await client.end()
    await pool.end()
    await server.stop()
  }
}

async function onMariadb(): Promise<ComparedClient[] | string> {
  const server = await startMariadb()
  if (typeof server === 'string') return `MariaDB (${server})`
  const admin = createPool(server.url)
  await admin.query('create database limen_reads')
  await admin.end()
  const pool = createPool({ uri: `${server.url}/limen_reads`, connectionLimit: 10 })
  try {
    const driver = mysql2(pool, 'mariadb')
    return [await compared('MariaDB (mysql2)', driver, () => byMysql2(pool), { isServer: true })]
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function onRedis(): Promise<ComparedClient[] | string> {
  const server = await startLoadRedis().catch((error: Error) => error.message)
  if (typeof server === 'string') return `Redis (${server})`
  try {
    const [{ store }] = server.clients
    const ids = await fill(store, SESSIONS)
    await server.copy(store, ids)
    const all: ComparedClient[] = []
    for (const { name, ...reads } of server.clients) {
      all.push({ name: `Redis (${name})`, ...(await compare({ ...reads, ids }, true)) })
    }
    return all
  } finally {
    await server.stop()
  }
}

/** Set for the second client of an engine, and for engines that are servers. */
interface Circumstances {
  readonly ids?: readonly string[]
  readonly isServer?: boolean
}

/** Fills an engine that is empty, and compares. Statements are prepared after the tables exist. */
async function compared(
  name: string,
  driver: SqlDriver,
  byHand: () => Reads['byHand'],
  { ids, isServer = false }: Circumstances = {},
): Promise<ComparedClient> {
  const reads = {
    ids: ids ?? (await filled(driver)),
    byHand: byHand(),
    store: sqlStore(driver),
  }
  return { name, ...(await compare(reads, isServer)) }
}

async function filled(driver: SqlDriver): Promise<string[]> {
  await migrate(driver)
  return fill(sqlStore(driver), SESSIONS)
}
