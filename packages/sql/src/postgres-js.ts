/** PostgreSQL through postgres.js. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of postgres.js that the driver uses: `postgres()` returns it. */
export interface PostgresJs {
  /** Runs a statement; without values, several in one transaction. */
  unsafe(
    sql: string,
    values?: SqlValue[],
    options?: { prepare: boolean },
  ): PromiseLike<readonly object[] & { readonly count: number }>
  /** Runs a function's statements in one transaction. */
  begin(options: string, work: (sql: Pick<PostgresJs, 'unsafe'>) => unknown): Promise<unknown>
}

/**
 * The driver for `postgres` (postgres.js), also over Hyperdrive. Statements are prepared once on each
 * connection and cost one round trip from then on. Behind a pooler that does not support that, such as
 * PgBouncer before 1.21 in transaction mode, create the client with `prepare: false`: one more round
 * trip each time.
 *
 * Create the client with `fetch_types: false`, unless your own queries take arrays or call `reserve()`.
 * Limen does not need that query, and postgres.js 3.4.9 does not handle its rejection: when it fails,
 * the process exits.
 *
 * @param client What `postgres()` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a client.
 * @see {@link https://github.com/porsager/postgres/issues/1192 postgres.js, issue 1192}
 *
 * @example
 * const auth = limen({ store: sqlStore(postgresJs(client)) })
 */
export function postgresJs(client: PostgresJs): SqlDriver {
  checkClient('postgresJs', 'a client: postgres() of postgres.js', client, ['unsafe', 'begin'])
  const run = (sql: string, values: readonly SqlValue[], once = false) =>
    client.unsafe(sql, [...values], { prepare: !once })
  return {
    dialect: 'postgres',
    query: async (sql, values, _, once) => (await run(sql, values, once)) as readonly SqlRow[],
    change: async (sql, values, once) => (await run(sql, values, once)).count,
    async transaction(statements) {
      // All are sent at once. After a failure, PostgreSQL refuses those that follow.
      const answers = await client.begin('isolation level read committed', (sql) =>
        statements.map(({ text, values, once = false }) =>
          sql.unsafe(text, [...values], { prepare: !once }),
        ),
      )
      return (answers as Awaited<ReturnType<PostgresJs['unsafe']>>[]).map((rows) => ({
        rows: rows as readonly SqlRow[],
        count: rows.count,
      }))
    },
    async batch(statements) {
      await client.unsafe(statements.join(';\n'))
    },
  }
}
