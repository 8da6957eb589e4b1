/** Attributes as columns keep them and as the app knows them. */
import type { Dialect } from './dialect.ts'
import { type ColumnType, type SettledAttributes, type SettledColumn, refuse } from './layout.ts'
import { type Sql, sql } from './sql.ts'

/** A column, quoted, and what it is given. */
export type Assignment = readonly [column: string, value: Sql]

/** How the attributes of one table are written and read. */
export interface KeptAttributes {
  /** Attributes as JSON, taken from a row of the table. */
  json(row: string): string
  /** What a new row's columns are given. */
  created(attributes: object): readonly Assignment[]
  /** What an old row's columns are given; none when nothing is to change. */
  changed(attributes: object): readonly Assignment[]
  /** The attributes, from the JSON that was read. */
  parsed(json: unknown): unknown
}

/** A function takes no more than 32 arguments in D1, and 100 in PostgreSQL. */
const COLUMNS_AT_ONCE = 30

/** The attributes of a table, in one JSON column or in a column for each. */
export function keptAttributes(
  whose: 'user' | 'session',
  attributes: SettledAttributes,
  dialect: Dialect,
): KeptAttributes {
  return attributes.columns
    ? inColumns(whose, attributes.columns, dialect)
    : inJson(dialect.name(attributes.json), dialect)
}

function inJson(column: string, dialect: Dialect): KeptAttributes {
  return {
    json: (row) => dialect.read.json(`${row}.${column}`),
    created: (attributes) => [[column, dialect.write.json(JSON.stringify(attributes))]],
    changed(attributes) {
      const given = Object.entries(attributes).map(([name, value]) => [name, value ?? null])
      return given.length > 0 ? [[column, dialect.merged(column, Object.fromEntries(given))]] : []
    },
    parsed: (json) => json,
  }
}

function inColumns(
  whose: string,
  columns: readonly SettledColumn[],
  dialect: Dialect,
): KeptAttributes {
  const chunks = Array.from({ length: Math.ceil(columns.length / COLUMNS_AT_ONCE) }, (_, index) =>
    columns.slice(index * COLUMNS_AT_ONCE, (index + 1) * COLUMNS_AT_ONCE),
  )
  const changed = (attributes: object): readonly Assignment[] =>
    Object.entries(attributes).map(([attribute, value]) => {
      const column =
        columns.find((known) => known.attribute === attribute) ??
        refuse(`${whose} attribute "${attribute}" has no column in the layout`)
      return [dialect.name(column.name), written(whose, column, value ?? null, dialect)]
    })
  return {
    json(row) {
      const read = ({ type, name }: SettledColumn) => {
        const column = `${row}.${dialect.name(name)}`
        return type === 'json' ? dialect.boxed(column) : dialect.read[type](column)
      }
      const arrays = chunks.map((chunk) => `${dialect.array}(${chunk.map(read).join(', ')})`)
      return `${dialect.array}(${arrays.join(', ')})`
    },
    // What is left out gets the column's own default.
    created: (attributes) =>
      changed(
        Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
      ),
    changed,
    parsed(json) {
      const values = (json as unknown[][]).flat()
      return Object.fromEntries(
        columns.flatMap(({ attribute, type, optional }, index) => {
          const value = values[index]
          if (value === null) return optional ? [] : [[attribute, null]]
          return [[attribute, type === 'json' ? (value as unknown[])[0] : value]]
        }),
      )
    },
  }
}

/** What tells a value that a column of a type can keep. */
const FITS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  real: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
}

function written(
  whose: string,
  { attribute, type, optional }: SettledColumn,
  value: unknown,
  dialect: Dialect,
): Sql {
  if (value === null && !(type === 'json' && optional)) return sql`${null}`
  if (!FITS[type](value)) refuse(`${whose} attribute "${attribute}" is no ${type}`)
  if (type === 'json') return dialect.write.json(JSON.stringify(value))
  return dialect.write[type](type === 'boolean' ? Number(value) : (value as string | number))
}
