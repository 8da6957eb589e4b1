/** The two clients of PostgreSQL, each for Limen and for a read by hand. */
import { type SqlDriver, pg, postgresJs } from '@limen/sql'
import { Pool } from 'pg'
import postgres from 'postgres'
import { byPg, byPostgresJs } from '../../../packages/sql/test/load-by-hand.ts'
import type { ByHand } from '../../../packages/sql/test/load-compare.ts'
import { POOL } from './page.ts'

/** One client with its connections. */
export interface Client {
  readonly driver: SqlDriver
  /** Reads a session with its user by hand. */
  readonly byHand: (sessionId: string) => Promise<ByHand | undefined>
}

export function pgClient(connectionString: string): Client {
  const pool = openPool(connectionString)
  return { driver: pg(pool), byHand: byPg(pool) }
}

export function postgresJsClient(url: string): Client {
  const client = postgres(url, { max: POOL, onnotice: () => {} })
  return { driver: postgresJs(client), byHand: byPostgresJs(client) }
}

/** A pool that ignores the errors of idle connections when the server stops. */
export function openPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: POOL })
  pool.on('error', () => {})
  return pool
}
