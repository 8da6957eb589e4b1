/** How MySQL and MariaDB read and write columns. */
import { type Sql, list, raw, sql, value } from '../../sql.ts'
import type { Columns } from '../dialect.ts'
import { removalOf } from '../merge-patch.ts'

/** In one collation, as MariaDB's JSON functions take no mixture. */
const text = (column: string): string => `convert(${column} using utf8mb4) collate utf8mb4_bin`
const bound = (given: string | number): Sql => sql`${value(given)}`

export const columns: Columns = {
  id: text,
  time: (column) => column,
  // Clients parse what the server calls JSON. MariaDB calls a conversion alone JSON where it sorts rows
  // of a user that it read before.
  json: (column) => `concat(convert(${column} using utf8mb4), '')`,
  read: {
    text,
    integer: text,
    // The text of a FLOAT has 6 digits.
    real: (column) =>
      `case when ${column} = cast(${text(column)} as double) then ${text(column)} else ${text(`${column} + 0e0`)} end`,
    boolean: (column) =>
      `case when ${column} is null then null when ${column} then '1' else '0' end`,
    json: text,
  },
  write: { text: bound, integer: bound, real: bound, boolean: bound, json: bound },
  // As bytes: most collations ignore spaces at the end of a text.
  isText: (column, id) =>
    sql`cast(convert(${column} using utf8mb4) as binary) = cast(convert(${id} using utf8mb4) as binary)`,
  array: 'json_array',
  // MariaDB's JSON functions take 31 levels, the object of all attributes included.
  deepest: 28,
  // json_merge_patch would drop what is null and merge what is nested; json_merge_preserve would
  // join old and new values. So the old ones are patched away first, each by a patch of its own:
  // of several in one, MariaDB leaves some. Their number is a power of two, so that there are few
  // different statements.
  merged(column, names, added) {
    const count = 2 ** Math.ceil(Math.log2(Math.max(names.length, 1)))
    const removals = Array.from({ length: count }, (_, index) => names.slice(index, index + 1))
    return sql`
      json_merge_preserve(
        json_merge_patch(coalesce(${raw(column)}, '{}'), ${list(removals.map((own) => sql`${value(removalOf(own))}`))}),
        ${value(added)}
      )
    `
  },
}
