/** PostgreSQL through postgres.js. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of postgres.js that the driver uses: what `postgres()` gives has it. */
export interface PostgresJs {
  /** Runs a statement; without values, several in one transaction. */
  unsafe(
    sql: string,
    values?: SqlValue[],
    options?: { prepare: boolean },
  ): PromiseLike<readonly object[] & { readonly count: number }>
}

/**
 * The driver for `postgres` (postgres.js), also over Hyperdrive. Statements are prepared once on each
 * connection and cost one round trip from then on. Behind a pooler that cannot do that, such as
 * PgBouncer before 1.21 in transaction mode, create the client with `prepare: false`, which costs one
 * more each time.
 *
 * `fetch_types: false` spares each new connection a query that Limen does not need, and your process
 * its end when that query fails: postgres.js 3.4.9 drops its promise. Leave it out where your own
 * queries take arrays or call `reserve()`.
 *
 * @param client What `postgres()` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is no client.
 * @see {@link https://github.com/porsager/postgres/issues/1192 postgres.js, issue 1192}
 *
 * @example
 * const auth = limen({ store: sqlStore(postgresJs(client)) })
 */
export function postgresJs(client: PostgresJs): SqlDriver {
  checkClient('postgresJs', 'a client: postgres() of postgres.js', client, ['unsafe'])
  const run = (sql: string, values: readonly SqlValue[], once = false) =>
    client.unsafe(sql, [...values], { prepare: !once })
  return {
    dialect: 'postgres',
    query: async (sql, values, _, once) => (await run(sql, values, once)) as readonly SqlRow[],
    change: async (sql, values, once) => (await run(sql, values, once)).count,
    async batch(statements) {
      await client.unsafe(statements.join(';\n'))
    },
  }
}
