/** Attributes as columns store them and as the app uses them. */
import { AuthError } from '@limen/core'
import type { Dialect } from './dialect.ts'
import { digitsOf, isExact, parsedJson } from './exact.ts'
import type { ColumnType, SettledAttributes, SettledColumn } from './layout.ts'
import { type Sql, sql } from './sql.ts'

/** A column, quoted, and what it is given. */
export type Assignment = readonly [column: string, value: Sql]

/** What the columns of a row are given. */
interface Assignments {
  /** In the order of the layout, so that the statement does not depend on that of the attributes. */
  readonly given: readonly Assignment[]
  /** Whether there are too many such sets of columns to keep a statement prepared for each. */
  readonly isRare: boolean
}

/** How the attributes of one table are written and read. */
export interface StoredAttributes {
  /** The attributes of a row of the table, as text. */
  text(row: string): string
  /** What a new row's columns are given. */
  created(attributes: object): Assignments
  /** What an old row's columns are given; none when nothing is to change. */
  changed(attributes: object): Assignments
  /** The attributes, from the text that was read. */
  parsed(text: unknown): unknown
}

/** A function takes no more than 32 arguments in D1, and 100 in PostgreSQL. */
const COLUMNS_AT_ONCE = 30
/** The statements that may be prepared for writing the attributes of a table. */
const MOST_STATEMENTS = 32

/** The attributes of a table, in one JSON column or in a column for each. */
export function storedAttributes(
  whose: 'user' | 'session',
  attributes: SettledAttributes,
  dialect: Dialect,
): StoredAttributes {
  return attributes.columns
    ? inColumns(whose, attributes.columns, dialect)
    : inJson(whose, dialect.name(attributes.json), dialect)
}

function inJson(whose: string, column: string, dialect: Dialect): StoredAttributes {
  const textOf = (attributes: readonly (readonly [string, unknown])[]) =>
    JSON.stringify(
      Object.fromEntries(attributes.map(([name, value]) => [name, wrapped(value, dialect)])),
    )
  const all = (given: Assignment[]): Assignments => ({ given, isRare: false })
  return {
    text: (row) => dialect.json(`${row}.${column}`),
    created: (attributes) =>
      all([[column, dialect.write.json(textOf(Object.entries(attributes)))]]),
    changed(attributes) {
      const given = Object.entries(attributes)
      if (given.length === 0) return all([])
      const names = given.map(([name]) => name)
      const kept = given.filter(([, value]) => value !== undefined)
      return all([[column, dialect.merged(column, names, textOf(kept))]])
    },
    parsed(text) {
      const name = `The JSON of the ${whose}'s attributes`
      // A column of the app's own can be NULL.
      const attributes = text == null ? {} : parsedJson(text as string, name)
      if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
        throw new AuthError('AUTH_STORE_REJECTED', `${name} cannot be read: it is no object`)
      }
      if (dialect.deepest === Infinity) return attributes
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
  columns: readonly SettledColumn[],
  dialect: Dialect,
): StoredAttributes {
  const chunks = Array.from({ length: Math.ceil(columns.length / COLUMNS_AT_ONCE) }, (_, index) =>
    columns.slice(index * COLUMNS_AT_ONCE, (index + 1) * COLUMNS_AT_ONCE),
  )
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
        dialect.name(column.name),
        writtenValue(whose, column, given.get(column.attribute), dialect),
      ])
  }
  return {
    text(row) {
      const read = ({ type, name }: SettledColumn) =>
        dialect.read[type](`${row}.${dialect.name(name)}`)
      const arrays = chunks.map((chunk) => `${dialect.array}(${chunk.map(read).join(', ')})`)
      return dialect.json(`${dialect.array}(${arrays.join(', ')})`)
    },
    // What is left out gets the column's own default, which no expression can name in every engine:
    // so the statement names the columns that are given.
    created(attributes) {
      const given = written(attributes, (value) => value !== undefined)
      return { given, isRare: columns.length - given.length > common }
    },
    // Only what is given: the app's table may have columns that can be read and not written.
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

/** How many of some columns may be chosen, with all that are fewer, in at most 32 ways. */
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

/** What tells a value that a column of a type can store, and how to describe it. */
const FITS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  real: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
}

function writtenValue(
  whose: string,
  { attribute, type, optional }: SettledColumn,
  value: unknown,
  dialect: Dialect,
): Sql {
  if (value === undefined || (value === null && !(type === 'json' && optional))) return sql`${null}`
  if (!FITS[type](value)) {
    const given = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
    refuse(
      `${whose} attribute ${JSON.stringify(attribute)} does not fit its column of the type ${type} (got ${given})`,
    )
  }
  if (type === 'json') return dialect.write.json(JSON.stringify(wrapped(value, dialect)))
  return dialect.write[type](type === 'boolean' ? Number(value) : (value as string | number))
}

function readValue(
  whose: string,
  { attribute, type }: SettledColumn,
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
function wrapped(value: unknown, { deepest }: Dialect): unknown {
  const mustBe = deepest < Infinity && (isWrapped(value) || isDeeper(value, deepest))
  return mustBe ? { [WRAPPED]: JSON.stringify(value) } : value
}

function unwrapped(value: unknown, { deepest }: Dialect): unknown {
  return deepest < Infinity && isWrapped(value) ? JSON.parse(value[WRAPPED]) : value
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
