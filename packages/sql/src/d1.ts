/** D1, through the Worker's binding. */
import { checkClient } from './client.ts'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** Prepares statements: a database, or a session with one of its copies. */
export interface D1Connection {
  /** Prepares one statement. */
  prepare(sql: string): D1Statement
}

/** The part of a D1 binding that the driver uses: `D1Database` has it. */
export interface D1 extends D1Connection {
  /** A connection that may be answered by a copy nearby. */
  withSession(constraint: 'first-unconstrained'): D1Connection
  /** Runs statements in one transaction. */
  batch(statements: D1Statement[]): Promise<unknown>
}

/** A prepared statement. */
export interface D1Statement {
  /** Gives it its values, in the order of its `?`. */
  bind(...values: SqlValue[]): D1Statement
  /** Runs it, for its rows and what it changed. */
  all<Row>(): Promise<D1Answer<Row>>
}

/** What a statement gave. */
export interface D1Answer<Row> {
  /** The rows it returned. */
  readonly results: readonly Row[]
  /** How many rows it changed, and whether the primary answered. */
  readonly meta: {
    readonly changes: number
    readonly served_by_primary?: boolean | undefined
  }
}

/**
 * The driver for D1. Eventual reads may be answered by a read replica; what is not found there is
 * read again from the primary.
 *
 * @param db The D1 binding.
 * @throws {AuthError} `AUTH_CONFIG` when it is no D1 binding.
 * @see {@link https://developers.cloudflare.com/d1/best-practices/read-replication/ D1 read replication}
 *
 * @example
 * const auth = limen({ store: sqlStore(d1(env.DB)) })
 */
export function d1(db: D1): SqlDriver {
  checkClient('d1()', db, ['prepare', 'withSession'], 'a D1 binding, such as env.DB')
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
    async batch(statements) {
      await db.batch(statements.map((statement) => db.prepare(statement)))
    },
  }
}
