/** A driver that records its statements. */
import type { SqlDriver, SqlValue } from '../src/index.ts'

/** A statement that was run. */
export interface Ran {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** The same driver, and the statements that went through it. */
export function recorded(driver: SqlDriver): { driver: SqlDriver; ran: Ran[] } {
  const ran: Ran[] = []
  return {
    ran,
    driver: {
      ...driver,
      query(sql, values, consistency) {
        ran.push({ sql, values })
        return driver.query(sql, values, consistency)
      },
      change(sql, values) {
        ran.push({ sql, values })
        return driver.change(sql, values)
      },
      transaction(statements) {
        ran.push(...statements.map(({ text, values }) => ({ sql: text, values })))
        return driver.transaction(statements)
      },
    },
  }
}
