/** SQLite in the same process, through better-sqlite3. */
import type { SqlDriver } from './driver.ts'
import { type SyncSqlite, nodeSqlite } from './node-sqlite.ts'

/**
 * The driver for `better-sqlite3`, which speaks as `node:sqlite` does; `bun:sqlite` does so too. It has
 * the connection enforce foreign keys.
 *
 * @param db What `new Database(path)` gave.
 *
 * @example
 * const auth = limen({ store: sqlStore(betterSqlite3(db)) })
 */
export function betterSqlite3(db: SyncSqlite): SqlDriver {
  return nodeSqlite(db)
}
