/** MySQL and MariaDB through mysql2. */
import { AuthError } from '@limen/core'
import { checkClient, checkOption, shown } from '@limen/core/store-kit'
import { MYSQL_DIALECTS, type MysqlDialect } from './dialects/index.ts'
import type { SqlDriver, SqlResult, SqlRow, SqlStatement, SqlValue } from './driver.ts'
import { inTurn } from './in-turn.ts'

/** A connection of mysql2's promise API. */
export interface Mysql2Connection {
  /** Runs a statement that the server prepares. */
  execute(sql: string, values: SqlValue[]): Promise<[result: unknown, fields: unknown]>
  /** Runs a statement as it is. */
  query(sql: string): Promise<unknown>
  /** Deallocates a prepared statement. */
  unprepare(sql: string): unknown
  /** Returns it to its pool. */
  release(): unknown
  /** Closes it, so that its pool does not use it again. */
  destroy(): unknown
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
  const takesTurns = inTurn()
  const alone = <Result>(call: () => Promise<Result>) =>
    pool.getConnection ? call() : takesTurns(call)
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
      const [result] = await alone(() =>
        once ? runOnce(sql, [...values]) : pool.execute(sql, [...values]),
      )
      return result
    } catch (error) {
      if ((error as { errno?: unknown }).errno !== DEADLOCK || attempts <= 1) throw error
      return run(sql, values, once, attempts - 1)
    }
  }
  return {
    dialect,
    query: async (sql, values, _, once) => (await run(sql, values, once)) as SqlRow[],
    change: async (sql, values, once) => countIn(await run(sql, values, once)),
    transaction: (statements) =>
      alone(async () => {
        const connection = await pool.getConnection?.()
        try {
          const results = await inTransaction(connection ?? pool, statements)
          connection?.release()
          return results
        } catch (error) {
          // Closing a connection rolls its transaction back.
          await (connection ?? pool).query('rollback').then(
            () => connection?.release(),
            () => connection?.destroy(),
          )
          throw error
        }
      }),
    async batch(statements) {
      for (const statement of statements) await pool.query(statement)
    },
  }
}

async function inTransaction(
  connection: Pick<Mysql2, 'execute' | 'query' | 'unprepare'>,
  statements: readonly SqlStatement[],
): Promise<readonly SqlResult[]> {
  // With repeatable reads, statements lock the gaps between rows, and cause more deadlocks.
  await connection.query('set transaction isolation level read committed')
  await connection.query('start transaction')
  const results: SqlResult[] = []
  for (const { text, values, once, returnsRows } of statements) {
    try {
      const [result] = await connection.execute(text, [...values])
      const rows = returnsRows ? (result as SqlRow[]) : []
      results.push({ rows, count: returnsRows ? rows.length : countIn(result) })
    } finally {
      if (once) connection.unprepare?.(text)
    }
  }
  await connection.query('commit')
  return results
}

/** How many rows a statement changed or matched. */
function countIn(result: unknown): number {
  const { affectedRows, info } = result as Mysql2Header
  // Begins with the rows that an update matched: without the client's flag FOUND_ROWS, the affected
  // ones are only those that it made different.
  return Number(/\d+/.exec(info)?.[0] ?? affectedRows)
}
