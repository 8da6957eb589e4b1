/** SQLite inside a Durable Object. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of a Durable Object's storage that the driver uses: `ctx.storage` has it. */
export interface DurableObjectSql {
  /** Its SQLite database. */
  readonly sql: {
    /** Runs one statement. */
    exec(sql: string, ...values: SqlValue[]): { toArray(): object[] }
  }
  /** Runs a function in one transaction. */
  transactionSync<Result>(work: () => Result): Result
}

/**
 * The driver for the SQLite database of a Durable Object, inside the object. The object's responses
 * wait until its writes are on disk; foreign keys are enforced.
 *
 * @param storage The object's `ctx.storage`.
 * @throws {AuthError} `AUTH_CONFIG` when it is not such a storage.
 * @see {@link https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/ SQLite in Durable Objects}
 *
 * @example
 * const auth = limen({ store: sqlStore(durableObjectSql(ctx.storage)) })
 */
export function durableObjectSql(storage: DurableObjectSql): SqlDriver {
  const wanted = 'the storage of a Durable Object with SQLite: ctx.storage'
  checkClient('durableObjectSql', wanted, storage, ['transactionSync'])
  const run = (sql: string, ...values: SqlValue[]) => storage.sql.exec(sql, ...values).toArray()
  const change = (sql: string, values: readonly SqlValue[]): number => {
    run(sql, ...values)
    // No other statement runs between the two. A cursor counts the rows of indexes too.
    const [counted] = run('select changes() as n') as { n: number }[]
    return counted!.n
  }
  return {
    dialect: 'sqlite',
    query: async (sql, values) => run(sql, ...values) as SqlRow[],
    change: async (sql, values) => change(sql, values),
    transaction: async (statements) =>
      storage.transactionSync(() =>
        statements.map(({ text, values, returnsRows }) => {
          if (!returnsRows) return { rows: [], count: change(text, values) }
          const rows = run(text, ...values) as SqlRow[]
          return { rows, count: rows.length }
        }),
      ),
    async batch(statements) {
      storage.transactionSync(() => {
        for (const statement of statements) run(statement)
      })
    },
  }
}
