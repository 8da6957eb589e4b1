/** MySQL. MariaDB extends it. */
import type { Dialect } from '../dialect.ts'
import { columns } from './columns.ts'
import { failures } from './failures.ts'
import { schema } from './schema.ts'
import { statements } from './statements.ts'

export const mysql: Dialect = {
  title: 'MySQL',
  names: {
    quoted: (name) => `\`${name.replaceAll('`', '``')}\``,
    fits: (name) => name.length <= 64,
    folded: (name) => name.toLowerCase(),
    hasSchemas: true,
  },
  columns,
  statements,
  schema,
  failures,
  placeholder: () => '?',
}

/** What clients return by default. */
export interface MysqlClients {
  readonly time: 'number'
  readonly json: 'parsed'
}
