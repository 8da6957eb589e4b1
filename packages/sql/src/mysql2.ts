/** MySQL and MariaDB through mysql2. */
import { AuthError } from '@limen/core'
import { checkClient, checkOption, shown } from '@limen/core/store-kit'
import { MYSQL_DIALECTS, type MysqlDialect } from './dialects/index.ts'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** A connection of mysql2's promise API. */
export interface Mysql2Connection {
  /** Runs a statement that the server prepares. */
  execute(sql: string, values: SqlValue[]): Promise<[result: unknown, fields: unknown]>
  /** Deallocates a prepared statement. */
  unprepare(sql: string): unknown
  /** Returns it to its pool. */
  release(): unknown
}

/** The part of mysql2's promise API that the driver uses: what `createPool()` of `mysql2/promise` returns has it. */
export interface Mysql2 {
  /** Runs a statement that the server prepares. */
  execute(sql: string, values: SqlValue[]): Promise<[result: unknown, fields: unknown]>
  /** Runs a statement as it is. */
  query(sql: string): Promise<unknown>
  /** Takes a connection from the pool. A connection of its own has no such method. */
  getConnection?(): Promise<Mysql2Connection>
  /** Deallocates a prepared statement of this connection. A pool has no such method. */
  unprepare?(sql: string): unknown
}

/** The result of a statement without rows. */
interface Mysql2Header {
  readonly affectedRows: number
  readonly info: string
}

/** The error number of a statement that the engine rolled back because two waited for each other. */
const DEADLOCK = 1213
const ATTEMPTS = 10

/**
 * The driver for `mysql2/promise`. A statement that the engine rolled back to resolve a deadlock runs
 * again, at most 9 times.
 *
 * @param pool What `createPool()` of `mysql2/promise` returned.
 * @param dialect The engine. MariaDB needs one statement for a sign-in, MySQL two.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a pool of `mysql2/promise`, or the dialect is another.
 * @see {@link https://dev.mysql.com/doc/refman/8.4/en/innodb-deadlocks-handling.html Deadlocks in InnoDB}
 *
 * @example
 * const auth = limen({ store: sqlStore(mysql2(pool, 'mariadb')) })
 */
export function mysql2(pool: Mysql2, dialect: MysqlDialect): SqlDriver {
  const wanted = 'a pool: createPool() of mysql2/promise'
  checkClient('mysql2', wanted, pool, ['execute', 'query'])
  // The API with callbacks has the same methods, and one that returns the API with promises.
  if ('promise' in pool) {
    throw new AuthError(
      'AUTH_CONFIG',
      `mysql2() needs ${wanted} (got a pool of mysql2: pass pool.promise())`,
    )
  }
  const names = MYSQL_DIALECTS.join(' or ')
  checkOption(MYSQL_DIALECTS.includes(dialect), 'mysql2(): dialect', names, shown(dialect))
  /** The server limits how many statements all its clients have prepared. */
  const runOnce = async (sql: string, values: SqlValue[]) => {
    const connection = await pool.getConnection?.()
    try {
      return await (connection ?? pool).execute(sql, values)
    } finally {
      if (connection) connection.unprepare(sql)
      else pool.unprepare?.(sql)
      connection?.release()
    }
  }
  const run = async (
    sql: string,
    values: readonly SqlValue[],
    once = false,
    attempts = ATTEMPTS,
  ): Promise<unknown> => {
    try {
      const [result] = await (once ? runOnce(sql, [...values]) : pool.execute(sql, [...values]))
      return result
    } catch (error) {
      if ((error as { errno?: unknown }).errno !== DEADLOCK || attempts <= 1) throw error
      return run(sql, values, once, attempts - 1)
    }
  }
  return {
    dialect,
    query: async (sql, values, _, once) => (await run(sql, values, once)) as SqlRow[],
    async change(sql, values, once) {
      const { affectedRows, info } = (await run(sql, values, once)) as Mysql2Header
      // Begins with the rows that an update matched: without the client's flag FOUND_ROWS, the
      // affected ones are only those that it made different.
      return Number(/\d+/.exec(info)?.[0] ?? affectedRows)
    },
    async batch(statements) {
      for (const statement of statements) await pool.query(statement)
    },
  }
}
