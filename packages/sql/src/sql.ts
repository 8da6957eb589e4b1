/** Statements with their values in place, as pieces that can be put together. */
import type { SqlDialect, SqlValue } from './driver.ts'

/** A piece of a statement: text, and between two texts a value or another piece. */
export interface Sql {
  readonly text: readonly string[]
  readonly parts: readonly (SqlValue | Sql)[]
}

/** Makes a piece from a template: what stands in `${}` is a value, unless it is a piece. */
export function sql(text: readonly string[], ...parts: (SqlValue | Sql)[]): Sql {
  return { text, parts }
}

/** Makes a piece of text alone: names and expressions that the store has written itself. */
export function raw(text: string): Sql {
  return { text: [text], parts: [] }
}

/** Joins pieces by commas. */
export function list(pieces: readonly Sql[]): Sql {
  return { text: ['', ...Array<string>(pieces.length - 1).fill(', '), ''], parts: pieces }
}

/** The whole statement as an engine takes it, and its values in order. */
export function rendered(statement: Sql, dialect: SqlDialect): [text: string, values: SqlValue[]] {
  const values: SqlValue[] = []
  const render = ({ text, parts }: Sql): string =>
    text.reduce((before, after, index) => {
      const part = parts[index - 1]!
      if (part !== null && typeof part === 'object') return before + render(part) + after
      const placeholder = dialect === 'postgres' ? `$${values.push(part)}` : '?'
      if (dialect !== 'postgres') values.push(part)
      return before + placeholder + after
    })
  return [render(statement), values]
}
