/** What the engines write differently. */
import type { SqlDialect } from './driver.ts'
import type { ColumnType } from './layout.ts'
import { type Sql, list, raw, sql } from './sql.ts'

/** How one engine writes what the statements need. */
export interface Dialect {
  /** Quotes one name. */
  readonly name: (name: string) => string
  /** The function that makes a JSON array of expressions. */
  readonly array: string
  /** An id as text, whatever its column's type. */
  readonly id: (column: string) => string
  /** A time as a number or as text: the same in every run of a statement. */
  readonly time: (column: string) => string
  /** Holds where that text is just the one given: a column may take `01` for 1, or `ADA` for `ada`. */
  readonly isText: (column: string, text: Sql) => Sql
  /** The text of a JSON column, which no client parses by itself. */
  readonly json: (column: string) => string
  /** A column of each type as text: the driver's number could be rounded. */
  readonly read: Readonly<Record<ColumnType, (column: string) => string>>
  /** What a column is given: a value that the client may send as it likes. */
  readonly write: Readonly<Record<ColumnType, (value: string | number) => Sql>>
  /** The larger of two numbers. */
  readonly larger: 'max' | 'greatest'
  /** The levels of JSON that the engine's functions take. */
  readonly deepest: number
  /** A JSON object without the keys named, and with the attributes given. */
  readonly merged: (column: string, names: readonly string[], attributes: string) => Sql
  /** Ends a condition so that no cache on the way may answer the query. */
  readonly uncached: string
  /** Keeps a row that was read from being deleted until the statement is done. */
  readonly lock: string
  /** Whether an insert can return what it found. MySQL cannot. */
  readonly returning: boolean
  /** Makes an insert do nothing where the id is taken, and only there; empty where it must fail. */
  readonly unlessTaken: (id: string) => string
  /** Which rows of a table are at most `limit` of those whose deadline is over. */
  readonly expired: (table: string, id: string, deadline: string, now: number, limit: number) => Sql
  /** Whether a table and an index on it exist, as columns of one row. */
  readonly exists: (table: string, index?: string) => Sql
}

const asIs = (column: string): string => column
const plain = (value: string | number): Sql => sql`${value}`
const removalOf = (names: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))

/**
 * Hyperdrive answers from its cache for a minute, unless it sees a function that depends on the time.
 *
 * @see {@link https://developers.cloudflare.com/hyperdrive/concepts/query-caching/ Query caching}
 */
const uncached = ' and now() is not null'

// A cast of a fraction keeps 15 digits, which are enough for most.
const sqliteText = (column: string): string =>
  `case when typeof(${column}) = 'real' and cast(cast(${column} as text) as real) <> ${column} then printf('%!.17g', ${column}) else cast(${column} as text) end`

const sqlite: Dialect = {
  // Backticks: SQLite takes a wrong name in double quotes for text.
  name: (name) => `\`${name.replaceAll('`', '``')}\``,
  array: 'json_array',
  id: (column) => `cast(${column} as text)`,
  time: asIs,
  isText: (column, text) => sql`${raw(`cast(${column} as text) collate binary = `)}${text}`,
  json: asIs,
  read: {
    text: sqliteText,
    integer: sqliteText,
    real: sqliteText,
    boolean: (column) =>
      `case when ${column} is null then null when ${column} then '1' else '0' end`,
    json: (column) => `cast(${column} as text)`,
  },
  write: { text: plain, integer: plain, real: plain, boolean: plain, json: plain },
  larger: 'max',
  deepest: Infinity,
  // No JSON path before 3.46 can name a key with quotes, and json_patch drops what is null: so the
  // old values are patched away, and the new ones written behind the rest.
  merged: (column, names, attributes) =>
    sql`(select case when rest = '{}' then added when added = '{}' then rest else substr(rest, 1, length(rest) - 1) || ',' || substr(added, 2) end from (select json_patch(coalesce(${raw(column)}, '{}'), ${removalOf(names)}) as rest, ${attributes} as added))`,
  uncached: '',
  // There is one writer at a time.
  lock: '',
  returning: true,
  unlessTaken: (id) => ` on conflict (${id}) do nothing`,
  expired: (table, id, deadline, now, limit) =>
    sql`${raw(id)} in (select ${raw(id)} from ${raw(table)} where ${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${limit})`,
  exists(table, index = table) {
    const isThere = (name: string) =>
      sql`(select count(*) from sqlite_master where lower(name) = lower(${name}))`
    return sql`select ${isThere(table)} as has_table, ${isThere(index)} as has_index`
  },
}

const postgres: Dialect = {
  name: (name) => `"${name.replaceAll('"', '""')}"`,
  array: 'json_build_array',
  // As text even where the client could read it: the type of a prepared statement's column must not
  // change with that of the table's.
  id: (column) => `${column}::text`,
  time: (column) => `${column}::text`,
  isText: (column, text) => sql`${raw(`${column}::text collate "C" = `)}${text}`,
  json: (column) => `${column}::text`,
  read: {
    text: (column) => `${column}::text`,
    integer: (column) => `${column}::text`,
    real: (column) => `${column}::text`,
    boolean: (column) => `${column}::text`,
    json: (column) => `${column}::text`,
  },
  write: {
    text: plain,
    integer: plain,
    real: plain,
    // Clients encode what they know to be a boolean or JSON: text they all send as it is.
    boolean: (value) => sql`${value ? 'true' : 'false'}::text::boolean`,
    json: (value) => sql`${value}::text::jsonb`,
  },
  larger: 'greatest',
  deepest: Infinity,
  merged: (column, names, attributes) =>
    sql`(coalesce(${raw(column)}::jsonb, '{}') - array(select jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb))) || ${attributes}::text::jsonb`,
  uncached,
  lock: ' for key share',
  returning: true,
  unlessTaken: (id) => ` on conflict (${id}) do nothing`,
  // Locking a row reads its deadline again, so that one which was just renewed stays; rows that
  // another client is renewing or deleting are skipped. An array, so that it is read once.
  expired: (table, id, deadline, now, limit) =>
    sql`${raw(id)} = any(array(select ${raw(id)} from ${raw(table)} where ${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${limit} for update skip locked))`,
  // An index is in the schema of its table.
  exists(table, index = '') {
    const quoted = table.split('.').map(postgres.name).join('.')
    return sql`select case when to_regclass(${quoted}::text) is null then 0 else 1 end as has_table, (select count(*) from pg_class as i join pg_class as t on t.relnamespace = i.relnamespace where t.oid = to_regclass(${quoted}::text) and i.relname = ${index}::text)::int as has_index`
  },
}

const mysql: Dialect = {
  name: (name) => `\`${name.replaceAll('`', '``')}\``,
  array: 'json_array',
  id: asText,
  time: asIs,
  // As bytes: of texts, most collations ignore spaces at the end.
  isText: (column, text) =>
    sql`${raw(`cast(convert(${column} using utf8mb4) as binary) = cast(convert(`)}${text}${raw(' using utf8mb4) as binary)')}`,
  // Clients parse what the server calls JSON.
  json: (column) => `convert(${column} using utf8mb4)`,
  read: {
    text: asText,
    integer: asText,
    // Of a FLOAT, the text has 6 digits.
    real: (column) =>
      `case when ${column} = cast(${asText(column)} as double) then ${asText(column)} else ${asText(`${column} + 0e0`)} end`,
    boolean: (column) =>
      `case when ${column} is null then null when ${column} then '1' else '0' end`,
    json: asText,
  },
  write: { text: plain, integer: plain, real: plain, boolean: plain, json: plain },
  larger: 'greatest',
  // MariaDB's JSON functions take 31 levels, the object of all attributes included.
  deepest: 28,
  // json_merge_patch would drop what is null and merge what is nested; json_merge_preserve would
  // join old and new values. So the old ones are patched away first, each by a patch of its own:
  // of several in one, MariaDB leaves some. Their number is a power of two, so that there are few
  // different statements.
  merged(column, names, attributes) {
    const count = 2 ** Math.ceil(Math.log2(Math.max(names.length, 1)))
    const removals = Array.from({ length: count }, (_, index) => names.slice(index, index + 1))
    return sql`json_merge_preserve(json_merge_patch(coalesce(${raw(column)}, '{}'), ${list(removals.map((own) => sql`${removalOf(own)}`))}), ${attributes})`
  },
  uncached,
  lock: ' lock in share mode',
  returning: false,
  // `insert ignore` would ignore every failure.
  unlessTaken: () => '',
  // MySQL takes no limit that a client sent as a floating-point number, as mysql2 does.
  expired: (_table, _id, deadline, now, limit) =>
    sql`${raw(deadline)} <= ${now} order by ${raw(deadline)} limit ${raw(String(Math.trunc(limit)))}`,
  exists(table) {
    const [name, schema] = table.split('.').toReversed() as [string, string?]
    const database = schema === undefined ? raw('database()') : sql`${schema}`
    return sql`select count(*) as has_table, 1 as has_index from information_schema.tables where table_schema = ${database} and (binary table_name = ${name} or @@lower_case_table_names <> 0 and table_name = ${name})`
  },
}

/** The dialects, by name. MariaDB writes what MySQL writes, and returns what it found on an insert. */
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
