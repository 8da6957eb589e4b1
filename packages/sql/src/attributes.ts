/** Attributes as columns store them and as the app uses them. */
import { AuthError } from '@limen/core'
import type { Dialect } from './dialects/dialect.ts'
import { digitsOf, isExact, parsedJson } from './exact.ts'
import type { ColumnType } from './layout.ts'
import { namesIn } from './names.ts'
import type { ResolvedAttributes, ResolvedColumn } from './resolved-layout.ts'
import { type Sql, sql, value } from './sql.ts'

/** A column, quoted, and its value. */
export type Assignment = readonly [column: string, value: Sql]

/** The values for the columns of a row. */
interface Assignments {
  /** In the order of the layout, so that the statement does not depend on the order of the attributes. */
  readonly given: readonly Assignment[]
  /** Whether there are too many such sets of columns to have a prepared statement for each. */
  readonly isRare: boolean
}

/** How the attributes of one table are written and read. */
export interface StoredAttributes {
  /** The attributes of a row of the table, as text. */
  text(row: string): string
  /** The values of a new row. */
  created(attributes: object): Assignments
  /** The values that change in an old row; none when nothing changes. */
  changed(attributes: object): Assignments
  /** The attributes, from the text that was read. */
  parsed(text: unknown): unknown
}

/** A function takes no more than 32 arguments in D1, and 100 in PostgreSQL. */
const COLUMNS_AT_ONCE = 30
/** How many statements for writing the attributes of a table stay prepared. */
const MOST_STATEMENTS = 32

/** The attributes of a table, in one JSON column or in a column for each. */
export function storedAttributes(
  whose: 'user' | 'session',
  attributes: ResolvedAttributes,
  dialect: Dialect,
): StoredAttributes {
  return attributes.columns
    ? inColumns(whose, attributes.columns, dialect)
    : inJson(whose, namesIn(dialect).column(attributes.json), dialect)
}

function inJson(whose: string, column: string, dialect: Dialect): StoredAttributes {
  const textOf = (attributes: readonly (readonly [string, unknown])[]) =>
    JSON.stringify(
      Object.fromEntries(attributes.map(([name, value]) => [name, wrapped(value, dialect)])),
    )
  const all = (given: Assignment[]): Assignments => ({ given, isRare: false })
  return {
    text: (row) => dialect.columns.json(`${row}.${column}`),
    created: (attributes) =>
      all([[column, dialect.columns.write.json(textOf(Object.entries(attributes)))]]),
    changed(attributes) {
      const given = Object.entries(attributes)
      if (given.length === 0) return all([])
      const names = given.map(([name]) => name)
      const added = given.filter(([, value]) => value !== undefined)
      return all([[column, dialect.columns.merged(column, names, textOf(added))]])
    },
    parsed(text) {
      const name = `The JSON of the ${whose}'s attributes`
      // A column of the app's own can be NULL.
      const attributes = text == null ? {} : parsedJson(text as string, name)
      if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
        throw new AuthError('AUTH_STORE_REJECTED', `${name} cannot be read: it is not an object`)
      }
      if (dialect.columns.deepest === Infinity) return attributes
      return Object.fromEntries(
        Object.entries(attributes as object).map(([name, value]) => [
          name,
          unwrapped(value, dialect),
        ]),
      )
    },
  }
}

function inColumns(
  whose: string,
  columns: readonly ResolvedColumn[],
  dialect: Dialect,
): StoredAttributes {
  const chunks = Array.from({ length: Math.ceil(columns.length / COLUMNS_AT_ONCE) }, (_, index) =>
    columns.slice(index * COLUMNS_AT_ONCE, (index + 1) * COLUMNS_AT_ONCE),
  )
  const { column: name } = namesIn(dialect)
  const { array, json, read } = dialect.columns
  const common = commonSize(columns.length)
  const known = new Set(columns.map(({ attribute }) => attribute))
  const written = (attributes: object, isNamed: (value: unknown) => boolean): Assignment[] => {
    for (const name of Object.keys(attributes)) {
      if (!known.has(name)) {
        refuse(`${whose} attribute ${JSON.stringify(name)} has no column in the layout`)
      }
    }
    const given = new Map(Object.entries(attributes))
    return columns
      .filter(({ attribute }) => given.has(attribute) && isNamed(given.get(attribute)))
      .map((column) => [
        name(column.name),
        writtenValue(whose, column, given.get(column.attribute), dialect),
      ])
  }
  return {
    text(row) {
      const textOf = (column: ResolvedColumn) => read[column.type](`${row}.${name(column.name)}`)
      const arrays = chunks.map((chunk) => `${array}(${chunk.map(textOf).join(', ')})`)
      return json(`${array}(${arrays.join(', ')})`)
    },
    // A column that is left out gets its own default. No expression names that default in every
    // engine, so the statement names only the columns that have a value.
    created(attributes) {
      const given = written(attributes, (value) => value !== undefined)
      return { given, isRare: columns.length - given.length > common }
    },
    // Only columns that have a value: the app's table can have columns that cannot be written.
    changed(attributes) {
      const given = written(attributes, () => true)
      return { given, isRare: given.length > common && given.length < columns.length }
    },
    parsed(text) {
      const values = (JSON.parse(text as string) as (string | null)[][]).flat()
      return Object.fromEntries(
        columns.flatMap((column, index) => {
          const value = values[index]!
          if (value === null) return column.optional ? [] : [[column.attribute, null]]
          return [[column.attribute, readValue(whose, column, value, dialect)]]
        }),
      )
    },
  }
}

/** The largest size for which there are at most 32 sets of columns of that size or less. */
function commonSize(columns: number): number {
  let [size, ways, total] = [0, 1, 1]
  while (size < columns) {
    ways = (ways * (columns - size)) / (size + 1)
    total += ways
    if (total > MOST_STATEMENTS) break
    size++
  }
  return size
}

/** Whether a column of a type can store a value. */
const FITS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  real: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
}

function writtenValue(
  whose: string,
  { attribute, type, optional }: ResolvedColumn,
  attributeValue: unknown,
  dialect: Dialect,
): Sql {
  const isNull = attributeValue === null && !(type === 'json' && optional)
  if (attributeValue === undefined || isNull) return sql`${value(null)}`
  if (!FITS[type](attributeValue)) {
    const given =
      attributeValue === null
        ? 'null'
        : Array.isArray(attributeValue)
          ? 'an array'
          : `a ${typeof attributeValue}`
    refuse(
      `${whose} attribute ${JSON.stringify(attribute)} does not fit its column of the type ${type} (got ${given})`,
    )
  }
  const { write } = dialect.columns
  if (type === 'json') return write.json(JSON.stringify(wrapped(attributeValue, dialect)))
  return write[type](
    type === 'boolean' ? Number(attributeValue) : (attributeValue as string | number),
  )
}

function readValue(
  whose: string,
  { attribute, type }: ResolvedColumn,
  text: string,
  dialect: Dialect,
): unknown {
  const name = `The ${whose} attribute ${JSON.stringify(attribute)}`
  if (type === 'text') return text
  if (type === 'boolean') return text === '1' || text === 'true'
  if (type === 'json') return unwrapped(parsedJson(text, name), dialect)
  const number = Number(text)
  const fits =
    type === 'integer'
      ? Number.isSafeInteger(number) && digitsOf(text) === digitsOf(`${number}`)
      : isExact(text)
  if (fits) return number
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `${name} holds a value that the type ${type} cannot carry exactly: use the type text in the layout`,
  )
}

function refuse(why: string): never {
  throw new AuthError('AUTH_INVALID_ATTRIBUTES', why)
}

/** The one key of an object that stands for a value, which is its JSON text. */
const WRAPPED = 'limen:json'

/** A value that is too deep for the engine's functions is stored as text. */
function wrapped(value: unknown, dialect: Dialect): unknown {
  const { deepest } = dialect.columns
  const mustBe = deepest < Infinity && (isWrapped(value) || isDeeper(value, deepest))
  return mustBe ? { [WRAPPED]: JSON.stringify(value) } : value
}

function unwrapped(value: unknown, dialect: Dialect): unknown {
  return dialect.columns.deepest < Infinity && isWrapped(value) ? JSON.parse(value[WRAPPED]) : value
}

function isWrapped(value: unknown): value is { [WRAPPED]: string } {
  if (value === null || typeof value !== 'object') return false
  const entries = Object.entries(value)
  return entries.length === 1 && entries[0]![0] === WRAPPED && typeof entries[0]![1] === 'string'
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
