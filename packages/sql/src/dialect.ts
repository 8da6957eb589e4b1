/** What the engines say differently. */
import type { SqlDialect } from './driver.ts'
import type { ColumnType } from './layout.ts'
import { type Sql, list, raw, sql } from './sql.ts'

/** One way to say what the statements need said. */
export interface Dialect {
  /** Quotes one name. */
  readonly name: (name: string) => string
  /** The function that makes a JSON object of names and expressions. */
  readonly object: string
  /** The function that makes a JSON array of expressions. */
  readonly array: string
  /** JSON as text, which no client takes apart by itself. */
  readonly text: (json: string) => string
  /** An id as text, whatever its column's type. */
  readonly id: (column: string) => string
  /** Holds where that text is just the one given: a column may take `01` for 1, or `ADA` for `ada`. */
  readonly isText: (column: string, text: string) => Sql
  /** Says a column as JSON: what a `json` column keeps is no text in there. */
  readonly read: Readonly<Record<ColumnType, (column: string) => string>>
  /** Says a `json` column as an array of its one value, or `null` where it keeps none. */
  readonly boxed: (column: string) => string
  /** What a column is given: a value that the client may send as it likes. */
  readonly write: Readonly<Record<ColumnType, (value: string | number) => Sql>>
  /** The larger of two numbers. */
  readonly larger: 'max' | 'greatest'
  /** JSON with the attributes given, of which there is one at least: each replaces the old one whole. */
  readonly merged: (column: string, attributes: Readonly<Record<string, unknown>>) => Sql
  /** Ends a condition so that no cache on the way may answer the query. */
  readonly uncached: string
  /** Keeps a row that was read from being deleted until the statement is done. */
  readonly lock: string
  /** Whether an insert can say what it found. MySQL cannot. */
  readonly returning: boolean
  /** Makes an insert do nothing where the id is taken, and only there; empty where it must fail. */
  readonly unlessTaken: (id: string) => string
  /** Which rows of a table are at most `limit` of those whose deadline is over. */
  readonly expired: (table: string, id: string, deadline: string, now: number, limit: number) => Sql
}

const asIs = (column: string): string => column
const plain = (value: string | number): Sql => sql`${value}`
const removalOf = (attributes: object): string =>
  JSON.stringify(Object.fromEntries(Object.keys(attributes).map((name) => [name, null])))

/**
 * Hyperdrive answers from its cache for a minute, unless it sees a function that depends on the time.
 *
 * @see {@link https://developers.cloudflare.com/hyperdrive/concepts/query-caching/ Query caching}
 */
const uncached = ' and now() is not null'

const sqlite: Dialect = {
  // Backticks: SQLite takes a wrong name in double quotes for text.
  name: (name) => `\`${name.replaceAll('`', '``')}\``,
  object: 'json_object',
  array: 'json_array',
  text: asIs,
  id: (column) => `cast(${column} as text)`,
  isText: (column, text) => sql`${raw(`cast(${column} as text) collate binary = `)}${text}`,
  read: {
    text: asIs,
    integer: asIs,
    // Before 3.46, JSON functions write no more than 15 digits.
    real: (column) =>
      `json(case when ${column} is null then 'null' else printf('%!.17g', ${column}) end)`,
    boolean: (column) =>
      `json(case when ${column} is null then 'null' when ${column} then 'true' else 'false' end)`,
    json: (column) => `json(${column})`,
  },
  boxed: (column) =>
    `json(case when ${column} is null then 'null' else '[' || ${column} || ']' end)`,
  write: { text: plain, integer: plain, real: plain, boolean: plain, json: plain },
  larger: 'max',
  // No JSON path before 3.46 can name a key with quotes, and json_patch drops what is null: so the
  // old values are patched away, and the new ones written behind the rest.
  merged: (column, attributes) =>
    sql`(select substr(rest, 1, length(rest) - 1) || case rest when '{}' then '' else ',' end || ${JSON.stringify(attributes).slice(1)} from (select json_patch(${raw(column)}, ${removalOf(attributes)}) as rest))`,
  uncached: '',
  // There is one writer at a time.
  lock: '',
  returning: true,
  unlessTaken: (id) => ` on conflict (${id}) do nothing`,
  expired: (table, id, deadline, now, limit) =>
    sql`${raw(id)} in (select ${raw(id)} from ${raw(table)} where ${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${limit})`,
}

const postgres: Dialect = {
  name: (name) => `"${name.replaceAll('"', '""')}"`,
  object: 'json_build_object',
  array: 'json_build_array',
  text: (json) => `(${json})::text`,
  id: (column) => `${column}::text`,
  isText: (column, text) => sql`${raw(`${column}::text collate "C" = `)}${text}`,
  read: {
    text: (column) => `${column}::text`,
    integer: asIs,
    real: asIs,
    boolean: asIs,
    json: (column) => `${column}::jsonb`,
  },
  boxed: (column) =>
    `case when ${column} is null then null else json_build_array(${column}::jsonb) end`,
  write: {
    text: plain,
    integer: plain,
    real: plain,
    // Clients encode what they know to be a boolean or JSON: as text, all leave it alone.
    boolean: (value) => sql`${value ? 'true' : 'false'}::text::boolean`,
    json: (value) => sql`${value}::text::jsonb`,
  },
  larger: 'greatest',
  merged: (column, attributes) =>
    sql`${raw(column)}::jsonb || ${JSON.stringify(attributes)}::text::jsonb`,
  uncached,
  lock: ' for key share',
  returning: true,
  unlessTaken: (id) => ` on conflict (${id}) do nothing`,
  // Locking a row looks at its deadline again, so that one which was just renewed stays; what
  // somebody else is renewing or deleting is left to them. An array, so that it is asked once.
  expired: (table, id, deadline, now, limit) =>
    sql`${raw(id)} = any(array(select ${raw(id)} from ${raw(table)} where ${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${limit} for update skip locked))`,
}

const mysql: Dialect = {
  name: (name) => `\`${name.replaceAll('`', '``')}\``,
  object: 'json_object',
  array: 'json_array',
  // Clients take apart what the server calls JSON.
  text: (json) => `cast(${json} as char)`,
  id: asText,
  // As bytes: of texts, most collations overlook spaces at the end.
  isText: (column, text) =>
    sql`${raw(`cast(convert(${column} using utf8mb4) as binary) = cast(convert(`)}${text}${raw(' using utf8mb4) as binary)')}`,
  read: {
    text: asText,
    integer: asIs,
    real: asIs,
    boolean: (column) =>
      `json_extract(case when ${column} is null then 'null' when ${column} then 'true' else 'false' end, '$')`,
    json: (column) => `json_extract(${column}, '$')`,
  },
  boxed: (column) =>
    `json_extract(case when ${column} is null then 'null' else concat('[', ${column}, ']') end, '$')`,
  write: { text: plain, integer: plain, real: plain, boolean: plain, json: plain },
  larger: 'greatest',
  // json_merge_patch would drop what is null and merge what is nested; json_merge_preserve would
  // join old and new values. So the old ones are patched away first, each by a patch of its own:
  // of several in one, MariaDB leaves some.
  merged(column, attributes) {
    const removals = Object.keys(attributes).map((name) => sql`${removalOf({ [name]: null })}`)
    return sql`json_merge_preserve(json_merge_patch(${raw(column)}, ${list(removals)}), ${JSON.stringify(attributes)})`
  },
  uncached,
  lock: ' lock in share mode',
  returning: false,
  // `insert ignore` would pass over every failure.
  unlessTaken: () => '',
  // MySQL takes no limit that a client sent as a floating-point number, as mysql2 does.
  expired: (_table, _id, deadline, now, limit) =>
    sql`${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${raw(String(Math.trunc(limit)))}`,
}

/** The dialects, by name. MariaDB says what MySQL says, and what it found on an insert. */
export const dialects: Readonly<Record<SqlDialect, Dialect>> = {
  sqlite,
  postgres,
  mysql,
  mariadb: { ...mysql, returning: true },
}

/** In one collation, as MariaDB's JSON functions take no mixture. */
function asText(column: string): string {
  return `convert(${column} using utf8mb4) collate utf8mb4_bin`
}
