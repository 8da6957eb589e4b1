/** The cheapest read of a session with its user, as an app would write it by hand, for each client. */
import type { DatabaseSync } from 'node:sqlite'
import type { PGlite } from '@electric-sql/pglite'
import type { Client } from '@libsql/client'
import type Database from 'better-sqlite3'
import type { Pool as MysqlPool } from 'mysql2/promise'
import type { Pool } from 'pg'
import type { Sql } from 'postgres'
import type { ByHand } from './load-compare.ts'

/** Selects the columns of a session and the attributes of its user by primary key. */
const statement = (placeholder: string) =>
  `select s.id, s.user_id, s.secret_hash, s.created_at, s.active_expires_at, s.idle_expires_at, s.attributes, u.attributes as user_attributes from limen_session as s join limen_user as u on u.id = s.user_id where s.id = ${placeholder}`

const POSTGRES = statement('$1')
/** With `?` for the id: SQLite, D1, MySQL and MariaDB. */
export const QUESTION_MARK: string = statement('?')

/** The row of most clients: both attributes are JSON text. */
interface Row {
  readonly id: string
  readonly user_id: string
  readonly attributes: string
  readonly user_attributes: string
}

/** Parses both attributes of a row, if there is one. */
export function parsed(row: unknown) {
  if (!row) return undefined
  const found = row as Row
  return {
    ...found,
    attributes: JSON.parse(found.attributes),
    user_attributes: JSON.parse(found.user_attributes),
  }
}

/** Through `node:sqlite` or better-sqlite3, in one synchronous call. */
export function bySqlite(db: DatabaseSync | Database.Database) {
  const prepared = db.prepare(QUESTION_MARK) as { get(id: string): unknown }
  return (id: string): ByHand | undefined => parsed(prepared.get(id))
}

/** Through libSQL's client, which has no prepared statements. */
export function byLibsql(client: Client) {
  return async (id: string): Promise<ByHand | undefined> =>
    parsed((await client.execute({ sql: QUESTION_MARK, args: [id] })).rows[0])
}

/** Through PGlite, which has no prepared statements and parses JSON itself. */
export function byPglite(db: PGlite) {
  return async (id: string): Promise<ByHand | undefined> =>
    (await db.query<ByHand>(POSTGRES, [id])).rows[0]
}

/** Through node-postgres, which prepares a statement that has a name, and parses JSON itself. */
export function byPg(pool: Pool) {
  return async (id: string): Promise<ByHand | undefined> =>
    (await pool.query<ByHand>({ name: 'by-hand', text: POSTGRES, values: [id] })).rows[0]
}

/** Through postgres.js, which parses JSON itself. */
export function byPostgresJs(client: Sql) {
  return async (id: string): Promise<ByHand | undefined> =>
    (await client.unsafe<ByHand[]>(POSTGRES, [id], { prepare: true }))[0]
}

/** Through mysql2, which parses JSON itself. */
export function byMysql2(pool: MysqlPool) {
  return async (id: string): Promise<ByHand | undefined> => {
    const [rows] = await pool.execute(QUESTION_MARK, [id])
    return (rows as ByHand[])[0]
  }
}
