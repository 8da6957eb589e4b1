/** PostgreSQL in the same process, through PGlite. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlResult, SqlRow, SqlValue } from './driver.ts'

/** The part of a PGlite database that the driver uses. */
export interface Pglite {
  /** Runs one statement. */
  query<Row>(sql: string, values: SqlValue[]): Promise<PgliteAnswer<Row>>
  /** Runs statements without values, in one transaction. */
  exec(sql: string): Promise<unknown>
  /** Runs a function in one transaction. All other calls wait until it has ended. */
  transaction<Result>(
    work: (transaction: Pick<Pglite, 'query'>) => Promise<Result>,
  ): Promise<Result>
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
  checkClient('pglite', 'a PGlite: await PGlite.create()', db, ['query', 'exec', 'transaction'])
  return {
    dialect: 'postgres',
    query: async (sql, values) => (await db.query<SqlRow>(sql, [...values])).rows,
    change: async (sql, values) => (await db.query(sql, [...values])).affectedRows ?? 0,
    transaction: (statements) =>
      db.transaction(async (transaction) => {
        const results: SqlResult[] = []
        for (const { text, values } of statements) {
          const { rows, affectedRows = 0 } = await transaction.query<SqlRow>(text, [...values])
          results.push({ rows, count: rows.length || affectedRows })
        }
        return results
      }),
    async batch(statements) {
      await db.exec(statements.join(';\n'))
    },
  }
}
