/** The app's own SQL, as a tagged template whose values become parameters. */
import type { D1Connection, Pg, SqlValue } from '@limen/sql'

/**
 * Runs one statement and returns its rows.
 *
 * @example
 * await sql<{ id: string }>`select id from users where email = ${email}`
 */
export type Sql = <Row>(
  text: TemplateStringsArray,
  ...values: SqlValue[]
) => Promise<readonly Row[]>

/** Runs the app's SQL in D1. */
export function d1Sql(db: D1Connection): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: SqlValue[]) => {
    const statement = db.prepare(text.join('?')).bind(...values)
    return (await statement.all<Row>()).results
  }
}

/** Runs the app's SQL in PostgreSQL. */
export function pgSql(pool: Pg): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: SqlValue[]) => {
    const numbered = text.reduce((before, after, index) => `${before}$${index}${after}`)
    return (await pool.query({ text: numbered, values })).rows as Row[]
  }
}
