/** The engines that run inside the test's process, each time empty. */
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { DatabaseSync } from 'node:sqlite'
import { type SqlDriver, betterSqlite3, libsql, nodeSqlite, pglite } from '../src/index.ts'

/** An engine, empty. */
export interface Opened {
  readonly driver: SqlDriver
  readonly close: () => unknown
}

let postgres: Promise<PGlite> | undefined

/** PGlite, empty. It takes seconds to start, so there is one, which is emptied each time. */
export async function openPglite(): Promise<PGlite> {
  postgres ??= PGlite.create({ extensions: { citext } })
  const db = await postgres
  await db.exec('drop schema public cascade; create schema public')
  return db
}

/** The engines by name. */
export const embedded: Readonly<Record<string, () => Promise<Opened>>> = {
  async 'node:sqlite'() {
    const db = new DatabaseSync(':memory:')
    return { driver: nodeSqlite(db), close: () => db.close() }
  },
  async 'better-sqlite3'() {
    const db = new Database(':memory:')
    return { driver: betterSqlite3(db), close: () => db.close() }
  },
  async libSQL() {
    const client = createClient({ url: ':memory:' })
    return { driver: libsql(client), close: () => client.close() }
  },
  async PGlite() {
    return { driver: pglite(await openPglite()), close() {} }
  },
}
