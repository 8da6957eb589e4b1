/** Tables in MySQL and MariaDB. */
import { raw, sql, value } from '../../sql.ts'
import type { Schema } from '../dialect.ts'

export const schema: Schema = {
  types: {
    id: 'varchar(255) character set utf8mb4 collate utf8mb4_0900_bin',
    hash: 'varchar(64) character set ascii collate ascii_bin',
    time: 'bigint',
    text: 'longtext character set utf8mb4',
    integer: 'bigint',
    real: 'double',
    boolean: 'boolean',
    json: 'json',
  },
  tableOptions: ' engine = innodb',
  jsonCheck: () => '',
  // MySQL ignores a reference beside its column, and has no `create index if not exists`.
  keysInTable: true,
  exists(table) {
    const [name, schema] = table.split('.').toReversed() as [string, string?]
    const database = schema === undefined ? raw('database()') : sql`${value(schema)}`
    return sql`
      select count(*) as has_table, 1 as has_index
      from information_schema.tables
      where table_schema = ${database} and (
        binary table_name = ${value(name)}
        or @@lower_case_table_names <> 0 and table_name = ${value(name)}
      )
    `
  },
}
