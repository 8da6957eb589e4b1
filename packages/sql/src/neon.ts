/** PostgreSQL at Neon, over HTTP. */
import type { SqlDriver, SqlValue } from './driver.ts'

/** The part of Neon's client that the driver uses: what `neon()` gives has it. */
export interface Neon {
  /** Runs one statement. */
  query(
    sql: string,
    values?: SqlValue[],
    options?: { arrayMode: false; fullResults: true },
  ): Promise<unknown>
  /** Runs what `query` gave, in one transaction. Neon alone knows the type of that. */
  transaction(queries: never[]): Promise<unknown>
}

/** What a statement gave. */
interface NeonAnswer {
  readonly rows: object[]
  readonly rowCount: number
}

/**
 * The driver for `neon()` of `@neondatabase/serverless`: one HTTP request for each statement.
 *
 * @param client What `neon()` gave.
 *
 * @example
 * const auth = limen({ store: sqlStore(neon(client)) })
 */
export function neon(client: Neon): SqlDriver {
  const run = async (sql: string, values: readonly SqlValue[]) =>
    (await client.query(sql, [...values], { arrayMode: false, fullResults: true })) as NeonAnswer
  return {
    dialect: 'postgres',
    query: async (sql, values) => (await run(sql, values)).rows,
    change: async (sql, values) => (await run(sql, values)).rowCount,
    async batch(statements) {
      await client.transaction(statements.map((statement) => client.query(statement)) as never[])
    },
  }
}
