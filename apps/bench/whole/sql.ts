/** The app's own SQL, as a tagged template whose values become parameters. */
import type { D1Database } from '@cloudflare/workers-types'
import type { Pool } from 'pg'

type Value = string | number | Uint8Array

/** Runs one statement and returns its rows. */
export type Sql = <Row>(text: TemplateStringsArray, ...values: Value[]) => Promise<readonly Row[]>

export function d1Sql(db: D1Database): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: Value[]) => {
    const { results } = await db
      .prepare(text.join('?'))
      .bind(...values)
      .all<Row>()
    return results
  }
}

export function pgSql(pool: Pool): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: Value[]) => {
    const numbered = text.reduce((before, after, index) => `${before}$${index}${after}`)
    return (await pool.query({ text: numbered, values })).rows as Row[]
  }
}
