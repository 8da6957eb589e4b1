/** SQLite: node:sqlite, better-sqlite3, libSQL, D1 and Durable Objects. */
import type { Dialect } from '../dialect.ts'
import { columns } from './columns.ts'
import { failures } from './failures.ts'
import { packed } from './packed.ts'
import { schema } from './schema.ts'
import { statements } from './statements.ts'

export const sqlite: Dialect = {
  title: 'SQLite',
  names: {
    // Backticks: SQLite takes an unknown name in double quotes for a text.
    quoted: (name) => `\`${name.replaceAll('`', '``')}\``,
    fits: () => true,
    folded: (name) => name.toLowerCase(),
    hasSchemas: false,
  },
  columns,
  statements,
  schema,
  failures,
  placeholder: () => '?',
  packed,
}

/** What clients return by default. */
export interface SqliteClients {
  readonly time: 'number'
  readonly json: 'text'
}
