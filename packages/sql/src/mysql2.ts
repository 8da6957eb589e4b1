/** MySQL and MariaDB through mysql2. */
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of mysql2's promise API that the driver uses: what `createPool()` of `mysql2/promise` gives has it. */
export interface Mysql2 {
  /** Runs a statement that the server prepares. */
  execute(sql: string, values: SqlValue[]): Promise<[result: unknown, fields: unknown]>
  /** Runs a statement as it is. */
  query(sql: string): Promise<unknown>
}

/** What a statement without rows gave. */
interface Mysql2Header {
  readonly affectedRows: number
  readonly info: string
}

/** How MySQL and MariaDB say that they undid one of two statements that waited for each other. */
const DEADLOCK = 1213
const ATTEMPTS = 10

/**
 * The driver for `mysql2/promise`. A statement that the engine undid to resolve a deadlock is run
 * again, at most 9 times.
 *
 * @param pool What `createPool()` of `mysql2/promise` gave.
 * @param dialect Which of the two it is: MariaDB answers a sign-in in one statement.
 * @see {@link https://dev.mysql.com/doc/refman/8.4/en/innodb-deadlocks-handling.html Deadlocks in InnoDB}
 *
 * @example
 * const auth = limen({ store: sqlStore(mysql2(pool, 'mariadb')) })
 */
export function mysql2(pool: Mysql2, dialect: 'mysql' | 'mariadb'): SqlDriver {
  const run = async (
    sql: string,
    values: readonly SqlValue[],
    attempts = ATTEMPTS,
  ): Promise<unknown> => {
    try {
      return (await pool.execute(sql, [...values]))[0]
    } catch (error) {
      if ((error as { errno?: unknown }).errno !== DEADLOCK || attempts <= 1) throw error
      return run(sql, values, attempts - 1)
    }
  }
  return {
    dialect,
    query: async (sql, values) => (await run(sql, values)) as SqlRow[],
    async change(sql, values) {
      const { affectedRows, info } = (await run(sql, values)) as Mysql2Header
      // Begins with the rows that an update matched: without the client's flag FOUND_ROWS, the
      // affected ones are only those that it made different.
      return Number(/\d+/.exec(info)?.[0] ?? affectedRows)
    },
    async batch(statements) {
      for (const statement of statements) await pool.query(statement)
    },
  }
}
