/** The engines under load, each filled with a given number of sessions. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AnyStore } from '@limen/core'
import { Pool } from 'pg'
import { startLoadRedis } from '../../redis/test/load.ts'
import { migrate, nodeSqlite, pg, sqlStore } from '../src/index.ts'
import { PER_USER, fill } from './load-compare.ts'
import { startPostgres } from './postgres.ts'

/** A store for the load. */
export type LoadStore = AnyStore<object, object>

/** An engine that runs. It confirms a change when it is on its disk. */
export interface LoadEngine {
  /** Its name and version. */
  readonly name: string
  /** Creates a store with that many sessions, five for each user. */
  open(sessions: number): Promise<LoadStore>
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

/** The secret of every session. */
export const SECRET = 'A'.repeat(43)

const SECRET_HASH = createHash('sha256').update(SECRET).digest('base64url')
const NOW = Date.now()
const DAY = 86_400_000

/** The n-th session's id without its route, as evenly distributed as a random one. */
export const bareIdOf = (n: number): string =>
  createHash('md5').update(`${n}`).digest('hex').slice(0, 22)

/** Starts each engine, or returns why it is left out: one more engine is one more line. */
export const engines: readonly (() => Promise<LoadEngine | string>)[] = [sqlite, postgres, redis]

/** The columns after the id and the user's. */
const columns = `'${SECRET_HASH}', ${NOW}, ${NOW + DAY}, ${NOW + 15 * DAY}, '{"device": "phone"}'`

async function sqlite(): Promise<LoadEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'limen-load-'))
  const open: DatabaseSync[] = []
  return {
    name: `SQLite ${process.versions['sqlite']} (node:sqlite)`,
    async open(sessions) {
      const db = new DatabaseSync(join(folder, `${sessions}.db`))
      open.push(db)
      db.exec('pragma journal_mode = wal')
      const driver = nodeSqlite(db)
      await migrate(driver)
      db.function('bare_id', (n) => bareIdOf(Number(n)))
      const numbers = (count: number) =>
        `with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})`
      db.exec(`
        begin;
        ${numbers(sessions / PER_USER)}
        insert into limen_user select 'user-' || n, '{"name": "User ' || n || '"}' from numbers;
        ${numbers(sessions)}
        insert into limen_session select bare_id(n), 'user-' || (n / ${PER_USER}), ${columns} from numbers;
        commit;
        analyze;`)
      return sqlStore(driver)
    },
    async stop() {
      for (const db of open) db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function postgres(): Promise<LoadEngine | string> {
  const server = await startPostgres()
  if (typeof server === 'string') return server
  const admin = new Pool({ connectionString: server.url, max: 1 })
  const { rows } = await admin.query<{ version: string }>(
    "select current_setting('server_version') as version",
  )
  admin.on('error', () => {})
  const pools = [admin]
  return {
    name: `PostgreSQL ${rows[0]?.version} (pg)`,
    async open(sessions) {
      await admin.query(`create schema load_${sessions}`)
      const pool = new Pool({
        connectionString: `${server.url}?options=-c%20search_path%3Dload_${sessions}`,
        max: 10,
      })
      // The server can stop before its connections are closed.
      pool.on('error', () => {})
      pools.push(pool)
      const driver = pg(pool)
      await migrate(driver)
      await pool.query(`
        insert into limen_user select 'user-' || n, json_build_object('name', 'User ' || n)
          from generate_series(0, ${sessions / PER_USER - 1}) n;
        insert into limen_session select left(md5(n::text), 22), 'user-' || (n / ${PER_USER}), ${columns}
          from generate_series(0, ${sessions - 1}) n`)
      await pool.query('vacuum analyze limen_user')
      await pool.query('vacuum analyze limen_session')
      return sqlStore(driver)
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()))
      await server.stop()
    },
  }
}

async function redis(): Promise<LoadEngine | string> {
  const server = await startLoadRedis().catch((error: Error) => error.message)
  if (typeof server === 'string') return server
  return {
    name: `${server.name} (ioredis)`,
    async open(sessions) {
      const store = server.open(`load-${sessions}`)
      await fill(store, sessions, { bareIdOf, secretHash: SECRET_HASH })
      return store
    },
    stop: () => server.stop(),
  }
}
