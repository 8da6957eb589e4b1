/** SQLite in the same process, through better-sqlite3. */
import type { SqlDriver } from './driver.ts'
import { type SyncSqlite, syncSqlite } from './node-sqlite.ts'

/**
 * The driver for `better-sqlite3`, whose methods are those of `node:sqlite`, as those of `bun:sqlite`
 * are. It makes the connection enforce foreign keys.
 *
 * @param db What `new Database(path)` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a database.
 *
 * @example
 * const auth = limen({ store: sqlStore(betterSqlite3(db)) })
 */
export function betterSqlite3(db: SyncSqlite): SqlDriver {
  return syncSqlite('betterSqlite3', db, 'a Database of better-sqlite3')
}
