/** How PostgreSQL reads and writes columns. */
import { type Sql, raw, sql, value } from '../../sql.ts'
import type { Columns } from '../dialect.ts'

/**
 * As text even where the client could read the column: the type of a prepared statement's column must
 * not change with that of the table's.
 */
const text = (column: string): string => `${column}::text`
const bound = (given: string | number): Sql => sql`${value(given)}`

export const columns: Columns = {
  id: text,
  time: text,
  json: text,
  read: { text, integer: text, real: text, boolean: text, json: text },
  write: {
    text: bound,
    integer: bound,
    real: bound,
    // Clients encode booleans and JSON in their own ways; they all send text as it is.
    boolean: (given) => sql`${value(given ? 'true' : 'false')}::text::boolean`,
    json: (given) => sql`${value(given)}::text::jsonb`,
  },
  isText: (column, id) => sql`${column}::text collate "C" = ${id}`,
  array: 'json_build_array',
  deepest: Infinity,
  merged: (column, names, added) => sql`
    (
      coalesce(${raw(column)}::jsonb, '{}')
      - array(select jsonb_array_elements_text(${value(JSON.stringify(names))}::text::jsonb))
    ) || ${value(added)}::text::jsonb
  `,
}
