/** Names of tables and columns in statements. */
import type { Dialect } from './dialects/dialect.ts'
import { DEFAULT_NAMES } from './resolved-layout.ts'

/** Writes names, with quotes where they can need some: the default names are words of no dialect. */
export interface WrittenNames {
  /** The name of a column or an index. */
  readonly column: (name: string) => string
  /** The name of a table: a dot separates it from its schema. */
  readonly table: (name: string) => string
}

/** Writes names in a dialect. */
export function namesIn({ names }: Dialect): WrittenNames {
  const column = (name: string) => (DEFAULT_NAMES.has(name) ? name : names.quoted(name))
  return { column, table: (name) => name.split('.').map(column).join('.') }
}
