/** PostgreSQL in the same process, through PGlite. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of a PGlite database that the driver uses. */
export interface Pglite {
  /** Runs one statement. */
  query<Row>(sql: string, values: SqlValue[]): Promise<PgliteAnswer<Row>>
  /** Runs statements without values, in one transaction. */
  exec(sql: string): Promise<unknown>
}

/** The result of a statement. */
export interface PgliteAnswer<Row> {
  /** The rows it returned. */
  readonly rows: Row[]
  /** How many rows it changed. */
  readonly affectedRows?: number
}

/**
 * The driver for `@electric-sql/pglite`.
 *
 * @param db What `new PGlite()` returned, or `await PGlite.create()`.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a database.
 *
 * @example
 * const auth = limen({ store: sqlStore(pglite(db)) })
 */
export function pglite(db: Pglite): SqlDriver {
  checkClient('pglite', 'a PGlite: await PGlite.create()', db, ['query', 'exec'])
  return {
    dialect: 'postgres',
    query: async (sql, values) => (await db.query<SqlRow>(sql, [...values])).rows,
    change: async (sql, values) => (await db.query(sql, [...values])).affectedRows ?? 0,
    async batch(statements) {
      await db.exec(statements.join(';\n'))
    },
  }
}
