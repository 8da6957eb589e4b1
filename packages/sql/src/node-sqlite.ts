/** SQLite in the same process, through node:sqlite. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'
import { recent } from './recent.ts'

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
 * The driver for `node:sqlite`, in Node 24 and in Deno. It makes the connection enforce foreign keys.
 * Where several processes share the file, open it with a `timeout`, so that they wait for each other.
 *
 * @param db What `new DatabaseSync(path)` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a database.
 *
 * @example
 * const auth = limen({ store: sqlStore(nodeSqlite(db)) })
 */
export function nodeSqlite(db: SyncSqlite): SqlDriver {
  return syncSqlite('nodeSqlite', db, 'a DatabaseSync of node:sqlite')
}

/** The driver for every client that has those methods. */
export function syncSqlite(call: string, db: SyncSqlite, wanted: string): SqlDriver {
  checkClient(call, wanted, db, ['prepare', 'exec'])
  db.exec('pragma foreign_keys = on')
  // To prepare a statement takes longer than to run it.
  const prepared = recent((sql) => db.prepare(sql))
  const statement = (sql: string, once = false) => (once ? db.prepare(sql) : prepared(sql))
  const atomically = <Result>(work: () => Result): Result => {
    db.exec('begin immediate')
    try {
      const result = work()
      db.exec('commit')
      return result
    } catch (error) {
      try {
        db.exec('rollback')
      } catch {
        // SQLite rolls some failures back by itself.
      }
      throw error
    }
  }
  return {
    dialect: 'sqlite',
    query: async (sql, values, _, once) => statement(sql, once).all(...values) as SqlRow[],
    change: async (sql, values, once) => Number(statement(sql, once).run(...values).changes),
    transaction: async (statements) =>
      atomically(() =>
        statements.map(({ text, values, once, returnsRows }) => {
          const prepared = statement(text, once)
          if (!returnsRows) return { rows: [], count: Number(prepared.run(...values).changes) }
          const rows = prepared.all(...values) as SqlRow[]
          return { rows, count: rows.length }
        }),
      ),
    async batch(statements) {
      atomically(() => {
        for (const statement of statements) db.exec(statement)
      })
    },
  }
}
