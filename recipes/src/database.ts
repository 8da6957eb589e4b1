/** The app's own SQL, as a tagged template whose values become parameters. */
import type { D1Connection, Pg, SqlDriver, SqlValue } from '@limen/sql'

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
    return (await pool.query({ text: numbered(text), values })).rows as Row[]
  }
}

/** A statement of a transaction, which returns no rows. */
export interface Change {
  readonly text: TemplateStringsArray
  readonly values: readonly SqlValue[]
}

/** Writes a statement of a transaction. */
export function change(text: TemplateStringsArray, ...values: SqlValue[]): Change {
  return { text, values }
}

/** Runs statements in one transaction, and returns how many rows each of them changed. */
export function transaction(driver: SqlDriver) {
  return async (changes: readonly Change[]): Promise<readonly number[]> => {
    const statements = changes.map(({ text, values }) => ({
      text: driver.dialect === 'postgres' ? numbered(text) : text.join('?'),
      values,
      returnsRows: false,
    }))
    return (await driver.transaction(statements)).map(({ count }) => count)
  }
}

function numbered(text: TemplateStringsArray): string {
  return text.reduce((before, after, index) => `${before}$${index}${after}`)
}
