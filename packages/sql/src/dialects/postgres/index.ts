/** PostgreSQL. */
import type { Dialect } from '../dialect.ts'
import { columns } from './columns.ts'
import { failures } from './failures.ts'
import { quoted } from './quoted.ts'
import { schema } from './schema.ts'
import { statements } from './statements.ts'

export const postgres: Dialect = {
  title: 'PostgreSQL',
  names: {
    quoted,
    // PostgreSQL counts bytes, and truncates longer names without an error.
    fits: (name) => new TextEncoder().encode(name).length <= 63,
    // It distinguishes quoted names by case.
    folded: (name) => name,
    hasSchemas: true,
  },
  columns,
  statements,
  schema,
  failures,
  placeholder: (position) => `$${position}`,
}

/** What clients return by default. */
export interface PostgresClients {
  readonly time: 'text'
  readonly json: 'parsed'
}
