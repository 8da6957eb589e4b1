/** Tables in SQLite. */
import { sql, value } from '../../sql.ts'
import type { Schema } from '../dialect.ts'

export const schema: Schema = {
  types: {
    id: 'text',
    hash: 'text',
    time: 'integer',
    text: 'text',
    integer: 'integer',
    real: 'real',
    boolean: 'integer',
    json: 'text',
  },
  tableOptions: ' strict, without rowid',
  jsonCheck: (column) => ` check (json_valid(${column}))`,
  keysInTable: false,
  exists(table, index = table) {
    const count = (name: string) =>
      sql`(select count(*) from sqlite_master where lower(name) = lower(${value(name)}))`
    return sql`select ${count(table)} as has_table, ${count(index)} as has_index`
  },
}
