/** Statements built from pieces, with their values apart from the text. */
import { AuthError } from '@limen/core'
import type { SqlDialect, SqlValue } from './driver.ts'

/** What stands between two texts of a piece. */
type Part = SqlValue | Slot | Sql

/** A place in a {@link template} for a value that each call gives. */
export class Slot<Name extends string = string> {
  readonly name: Name

  constructor(name: Name) {
    this.name = name
  }
}

/**
 * A piece of a statement. It is recognised by its class: an object that came in with a request, and
 * only looks like a piece, never becomes a part of a statement.
 */
export class Sql {
  /** The texts around the parts: one more than there are parts. */
  readonly texts: readonly string[]
  readonly parts: readonly Part[]

  constructor(texts: readonly string[], parts: readonly Part[]) {
    this.texts = texts
    this.parts = parts
  }
}

/** A statement as a driver takes it. */
export interface Statement {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** Whether its text is one of too many to keep each prepared. */
  readonly once: boolean
}

/** Builds a piece from a template: what stands in `${}` is a value, unless it is a piece or a slot. */
export function sql(texts: readonly string[], ...parts: Part[]): Sql {
  return new Sql(texts, parts)
}

/** Builds a piece of text alone: names and expressions that the store wrote itself. */
export function raw(text: string): Sql {
  return new Sql([text], [])
}

/** Joins pieces by commas. */
export function list(pieces: readonly Sql[]): Sql {
  return new Sql(['', ...Array<string>(pieces.length - 1).fill(', '), ''], pieces)
}

/**
 * Builds a statement.
 *
 * @param once Whether its text is one of too many to keep each prepared.
 */
export function rendered(piece: Sql, dialect: SqlDialect, once = false): Statement {
  const { texts, parts } = flattened(piece)
  const values = parts.map(valueOf)
  return dialect === 'sqlite' && values.length > MOST_VALUES
    ? { ...packed(texts, values), once }
    : { text: joined(texts, dialect), values, once }
}

/** Builds the text of a statement once. Each call then gives values for the slots. */
export function template<Name extends string>(
  piece: Sql,
  dialect: SqlDialect,
): (given: Readonly<Record<Name, SqlValue>>) => Statement {
  const { texts, parts } = flattened(piece)
  const text = joined(texts, dialect)
  return (given) => ({
    text,
    values: parts.map((part) => valueOf(part instanceof Slot ? given[part.name as Name] : part)),
    once: false,
  })
}

function flattened(piece: Sql): { texts: readonly string[]; parts: readonly unknown[] } {
  const texts = ['']
  const parts: unknown[] = []
  const add = (words: string) => texts.push(texts.pop()! + words)
  const walk = (sql: Sql): void => {
    for (const [index, words] of sql.texts.entries()) {
      add(words)
      if (index === sql.parts.length) continue
      const part = sql.parts[index]
      if (part instanceof Sql) {
        walk(part)
      } else {
        parts.push(part)
        texts.push('')
      }
    }
  }
  walk(piece)
  return { texts, parts }
}

function joined(texts: readonly string[], dialect: SqlDialect): string {
  return texts.reduce(
    (before, after, index) => `${before}${dialect === 'postgres' ? `$${index}` : '?'}${after}`,
  )
}

function valueOf(part: unknown): SqlValue {
  if (part === null || typeof part === 'string' || typeof part === 'number') return part
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `A statement takes text, numbers and null as values (got ${typeof part})`,
  )
}

/** D1 takes 100 values in a statement. */
const MOST_VALUES = 90

/**
 * Puts the values of a statement into one JSON array. SQLite reads fractions from JSON with a loss,
 * so that they stay values of their own.
 */
function packed(
  texts: readonly string[],
  values: readonly SqlValue[],
): { text: string; values: readonly SqlValue[] } {
  const isFraction = (value: SqlValue) => typeof value === 'number' && !Number.isSafeInteger(value)
  const inside = values.filter((value) => !isFraction(value))
  let next = 0
  const text = texts.reduce((before, after, index) => {
    const part = isFraction(values[index - 1]!)
      ? '?'
      : `json_extract((select packed from given), '$[${next++}]')`
    return `${before}${part}${after}`
  })
  return {
    text: `with given (packed) as (select ?) ${text}`,
    values: [JSON.stringify(inside), ...values.filter(isFraction)],
  }
}
