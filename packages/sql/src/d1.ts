/** D1, through the Worker's binding. */
import { checkClient } from '@limen/core/store-kit'
import type { D1Connection, D1WithBatch } from './d1-binding.ts'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/**
 * The driver for D1. Eventual reads can come from a read replica; a session that is not found there is
 * read again from the primary.
 *
 * @param db The D1 binding.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a D1 binding.
 * @see {@link https://developers.cloudflare.com/d1/best-practices/read-replication/ D1 read replication}
 *
 * @example
 * const auth = limen({ store: sqlStore(d1(env.DB)) })
 */
export function d1(db: D1WithBatch): SqlDriver {
  checkClient('d1', 'a D1 binding such as env.DB', db, ['prepare', 'withSession'])
  const run = (from: D1Connection, sql: string, values: readonly SqlValue[]) =>
    from
      .prepare(sql)
      .bind(...values)
      .all<SqlRow>()
  return {
    dialect: 'sqlite',
    async query(sql, values, consistency) {
      if (consistency === 'eventual') {
        const { results, meta } = await run(db.withSession('first-unconstrained'), sql, values)
        if (results.length > 0 || meta.served_by_primary) return results
      }
      return (await run(db, sql, values)).results
    },
    change: async (sql, values) => (await run(db, sql, values)).meta.changes,
    async transaction(statements) {
      const answers = await db.batch<SqlRow>(
        statements.map(({ text, values }) => db.prepare(text).bind(...values)),
      )
      return answers.map(({ results, meta }, index) => ({
        rows: results,
        count: statements[index]!.returnsRows ? results.length : meta.changes,
      }))
    },
    async batch(statements) {
      await db.batch(statements.map((statement) => db.prepare(statement)))
    },
  }
}
