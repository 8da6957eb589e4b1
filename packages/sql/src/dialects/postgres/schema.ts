/** Tables in PostgreSQL. */
import { sql, value } from '../../sql.ts'
import type { Schema } from '../dialect.ts'
import { quoted } from './quoted.ts'

export const schema: Schema = {
  types: {
    id: 'text',
    hash: 'text',
    time: 'bigint',
    text: 'text',
    integer: 'bigint',
    real: 'double precision',
    boolean: 'boolean',
    json: 'jsonb',
  },
  tableOptions: '',
  jsonCheck: () => '',
  keysInTable: false,
  // PostgreSQL fails one of two that create the same table at once.
  takeTurns: 'select pg_advisory_xact_lock(7821305449)',
  // An index is in the schema of its table.
  exists(table, index = '') {
    const name = value(table.split('.').map(quoted).join('.'))
    return sql`
      select
        case when to_regclass(${name}::text) is null then 0 else 1 end as has_table,
        (
          select count(*)
          from pg_class as i
          join pg_class as t on t.relnamespace = i.relnamespace
          where t.oid = to_regclass(${name}::text) and i.relname = ${value(index)}::text
        )::int as has_index
    `
  },
}
