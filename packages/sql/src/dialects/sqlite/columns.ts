/** How SQLite reads and writes columns. */
import { type Sql, raw, sql, value } from '../../sql.ts'
import type { Columns } from '../dialect.ts'
import { removalOf } from '../merge-patch.ts'

const asIs = (column: string): string => column
const bound = (given: string | number): Sql => sql`${value(given)}`

/** A cast of a fraction has 15 digits, which are enough for most; the others need 17. */
const text = (column: string): string =>
  `case when typeof(${column}) = 'real' and cast(cast(${column} as text) as real) <> ${column} then printf('%!.17g', ${column}) else cast(${column} as text) end`

export const columns: Columns = {
  id: (column, isLimens) => (isLimens ? column : `cast(${column} as text)`),
  time: asIs,
  json: asIs,
  read: {
    text,
    integer: text,
    real: text,
    boolean: (column) =>
      `case when ${column} is null then null when ${column} then '1' else '0' end`,
    json: (column) => `cast(${column} as text)`,
  },
  write: { text: bound, integer: bound, real: bound, boolean: bound, json: bound },
  isText: (column, id) => sql`cast(${column} as text) collate binary = ${id}`,
  array: 'json_array',
  deepest: Infinity,
  // Before 3.46, no JSON path can name a key with quotes, and json_patch drops what is null. So the
  // old values are patched away, and the new ones are written after the rest, without the braces.
  merged: (column, names, added) => sql`
    (
      select '{' || trim(substr(rest, 2, length(rest) - 2) || ',' || substr(added, 2, length(added) - 2), ',') || '}'
      from (select json_patch(coalesce(${raw(column)}, '{}'), ${value(removalOf(names))}) as rest, ${value(added)} as added)
    )
  `,
  // SQLite has integers of one size, whatever their type is called.
  integerBits: 64,
}
