/** PostgreSQL through node-postgres. */
import type { SqlDriver, SqlValue } from './driver.ts'

/** The part of node-postgres that the driver uses: a `Pool` has it, and a `Client`. */
export interface Pg {
  /** Runs a statement; without values, several in one transaction. */
  query(sql: string, values?: SqlValue[]): Promise<PgAnswer>
}

/** What a statement gave. */
export interface PgAnswer {
  /** The rows it returned. */
  readonly rows: object[]
  /** How many rows it changed. */
  readonly rowCount: number | null
}

/**
 * The driver for `pg` (node-postgres), also over Hyperdrive.
 *
 * @param pool A `Pool`; on Workers, a `Client` of this request that has connected.
 *
 * @example
 * const auth = limen({ store: sqlStore(pg(pool)) })
 */
export function pg(pool: Pg): SqlDriver {
  return {
    dialect: 'postgres',
    query: async (sql, values) => (await pool.query(sql, [...values])).rows,
    change: async (sql, values) => (await pool.query(sql, [...values])).rowCount ?? 0,
    async batch(statements) {
      await pool.query(statements.join(';\n'))
    },
  }
}
