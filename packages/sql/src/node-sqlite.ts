/** SQLite in the same process, through node:sqlite. */
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of a SQLite database that the driver uses: `DatabaseSync` has it. */
export interface SyncSqlite {
  /** Prepares one statement. */
  prepare(sql: string): SyncSqliteStatement
  /** Runs statements without values. */
  exec(sql: string): unknown
}

/** A prepared statement. */
export interface SyncSqliteStatement {
  /** Runs it, for its rows. */
  all(...values: SqlValue[]): unknown[]
  /** Runs it, for what it changed. */
  run(...values: SqlValue[]): { changes: number | bigint }
}

/**
 * The driver for `node:sqlite`, in Node 24 and in Deno. It has the connection enforce foreign keys.
 * Where several processes share the file, open it with a `timeout`, so that one waits for another.
 *
 * @param db What `new DatabaseSync(path)` gave.
 *
 * @example
 * const auth = limen({ store: sqlStore(nodeSqlite(db)) })
 */
export function nodeSqlite(db: SyncSqlite): SqlDriver {
  db.exec('pragma foreign_keys = on')
  // Preparing costs more than running. The store has few texts: as many as an app has sets of
  // columns that it updates together.
  const prepared = new Map<string, SyncSqliteStatement>()
  const statement = (sql: string): SyncSqliteStatement => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return {
    dialect: 'sqlite',
    query: async (sql, values) => statement(sql).all(...values) as SqlRow[],
    change: async (sql, values) => Number(statement(sql).run(...values).changes),
    async batch(statements) {
      db.exec('begin immediate')
      try {
        for (const statement of statements) db.exec(statement)
        db.exec('commit')
      } catch (error) {
        db.exec('rollback')
        throw error
      }
    },
  }
}
