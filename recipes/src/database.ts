/** The app's own SQL, as a tagged template whose values become parameters. */
import type { SqlDriver, SqlValue } from '@limen/sql'

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

/** Runs the app's SQL through a driver. */
export function sqlOf(driver: SqlDriver): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: SqlValue[]) =>
    (await driver.query(textOf(driver, text), values)) as unknown as readonly Row[]
}

// #if oauth or guest
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
      text: textOf(driver, text),
      values,
      returnsRows: false,
    }))
    return (await driver.transaction(statements)).map(({ count }) => count)
  }
}
// #end

function textOf({ dialect }: SqlDriver, text: TemplateStringsArray): string {
  if (dialect !== 'postgres') return text.join('?')
  return text.reduce((before, after, index) => `${before}$${index}${after}`)
}
