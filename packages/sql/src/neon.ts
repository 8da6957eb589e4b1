/** PostgreSQL at Neon, over HTTP. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of Neon's client that the driver uses: `neon()` returns it. */
export interface Neon {
  /** Runs one statement. */
  query(
    sql: string,
    values?: SqlValue[],
    options?: { arrayMode: false; fullResults: true },
  ): Promise<unknown>
  /** Runs the results of `query` in one transaction. Their type is Neon's own. */
  transaction(
    queries: never[],
    options?: { arrayMode: false; fullResults: true; isolationLevel: 'ReadCommitted' },
  ): Promise<unknown>
}

/** The result of a statement. */
interface NeonAnswer {
  readonly rows: SqlRow[]
  readonly rowCount: number
}

/**
 * The driver for `neon()` of `@neondatabase/serverless`: one HTTP request for each statement
 * or transaction.
 *
 * @param client What `neon()` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a client.
 *
 * @example
 * const auth = limen({ store: sqlStore(neon(client)) })
 */
export function neon(client: Neon): SqlDriver {
  const wanted = 'a client: neon() of @neondatabase/serverless'
  checkClient('neon', wanted, client, ['query', 'transaction'])
  const run = async (sql: string, values: readonly SqlValue[]) =>
    (await client.query(sql, [...values], { arrayMode: false, fullResults: true })) as NeonAnswer
  return {
    dialect: 'postgres',
    query: async (sql, values) => (await run(sql, values)).rows,
    change: async (sql, values) => (await run(sql, values)).rowCount,
    async transaction(statements) {
      const answers = await client.transaction(
        statements.map(({ text, values }) => client.query(text, [...values])) as never[],
        { arrayMode: false, fullResults: true, isolationLevel: 'ReadCommitted' },
      )
      return (answers as NeonAnswer[]).map(({ rows, rowCount }) => ({ rows, count: rowCount }))
    },
    async batch(statements) {
      await client.transaction(statements.map((statement) => client.query(statement)) as never[])
    },
  }
}
