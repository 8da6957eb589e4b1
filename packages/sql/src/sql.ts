/** A template tag for SQL: the text of a statement, apart from its values. */
import { AuthError } from '@limen/core'
import type { Dialect } from './dialects/dialect.ts'
import type { SqlValue } from './driver.ts'

/** What `${}` in a statement can hold. */
export type Part = Sql | Value | Slot

/**
 * A piece of a statement. It is recognised by its class: an object from a request that has the same
 * properties never becomes part of a statement.
 */
export class Sql {
  /** The texts around the parts: one more than there are parts. */
  readonly texts: readonly string[]
  readonly parts: readonly Part[]
  /** Whether its line breaks are part of a name or an expression, and not layout. */
  readonly isVerbatim: boolean

  constructor(texts: readonly string[], parts: readonly Part[], isVerbatim = false) {
    this.texts = texts
    this.parts = parts
    this.isVerbatim = isVerbatim
  }
}

/** A bound value: the statement has a placeholder for it. */
class Value {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** A placeholder in a {@link template}, for a value that each call supplies. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A statement as a driver takes it. */
export interface Statement {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** Whether there are too many texts like this one to keep each prepared. */
  readonly once: boolean
}

/**
 * Builds a piece of a statement. The literal text is trusted. `${}` takes another piece, a bound
 * value or a slot: never a bare string, so that no value can become text by mistake.
 *
 * @example
 * sql`
 *   delete from ${raw('session')}
 *   where id = ${value(sessionId)}
 * `
 */
export function sql(texts: TemplateStringsArray, ...parts: Part[]): Sql {
  return new Sql(dedented(texts), parts)
}

/** A value to be bound. It is checked when the statement is rendered. */
export function value(given: unknown): Part {
  return new Value(given)
}

/** A placeholder for a value that each call of a {@link template} supplies. */
export function slot(name: string): Part {
  return new Slot(name)
}

/** A piece of trusted text: a quoted name, or an expression of a dialect. Never text from a request. */
export function raw(text: string): Sql {
  return new Sql([text], [], true)
}

/** Joins parts by commas, or by line breaks. */
export function list(parts: readonly Part[], separator: ', ' | ',\n' | '\n' = ', '): Sql {
  return new Sql(['', ...Array<string>(parts.length - 1).fill(separator), ''], parts)
}

/**
 * Renders a statement in a dialect.
 *
 * @param once Whether there are too many texts like this one to keep each prepared.
 */
export function rendered(piece: Sql, dialect: Dialect, once = false): Statement {
  const { texts, parts } = flattened(piece)
  const values = parts.map((part) => checkedValue(part instanceof Value ? part.value : part))
  const packed = dialect.packed?.(texts, values)
  return { ...(packed ?? { text: joined(texts, dialect), values }), once }
}

/** Renders the text of a statement once. Each call then supplies the values of the slots. */
export function template<Name extends string>(
  piece: Sql,
  dialect: Dialect,
): (given: Readonly<Record<Name, SqlValue>>) => Statement {
  const { texts, parts } = flattened(piece)
  const text = joined(texts, dialect)
  return (given) => ({
    text,
    values: parts.map((part) =>
      checkedValue(part instanceof Slot ? given[part.name as Name] : part.value),
    ),
    once: false,
  })
}

function flattened(piece: Sql): { texts: readonly string[]; parts: readonly (Value | Slot)[] } {
  const texts = ['']
  const parts: (Value | Slot)[] = []
  let line = ''
  const walk = (sql: Sql, indent: string): void => {
    for (const [index, text] of sql.texts.entries()) {
      const indented = indent ? text.replaceAll('\n', `\n${indent}`) : text
      texts.push(texts.pop()! + indented)
      line = `${line}${indented}`.split('\n').at(-1)!
      if (index === sql.parts.length) continue
      const part = sql.parts[index]
      if (part instanceof Sql) {
        walk(part, part.isVerbatim ? '' : /^ */.exec(line)![0])
      } else if (part instanceof Value || part instanceof Slot) {
        parts.push(part)
        texts.push('')
      } else {
        refuse(part)
      }
    }
  }
  walk(piece, '')
  return { texts, parts }
}

function joined(texts: readonly string[], dialect: Dialect): string {
  return texts.reduce((before, after, index) => `${before}${dialect.placeholder(index)}${after}`)
}

function checkedValue(given: unknown): SqlValue {
  if (given === null || typeof given === 'string' || typeof given === 'number') return given
  return refuse(given)
}

function refuse(given: unknown): never {
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `A statement takes text, numbers and null as values (got ${typeof given})`,
  )
}

/** Each template in the source code has one array of texts, which is dedented once. */
const known = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Removes the indentation of the source code, and the line breaks around a statement. */
function dedented(texts: TemplateStringsArray): readonly string[] {
  const before = known.get(texts)
  if (before) return before
  const indents = texts.join('…').matchAll(/\n( *)(?=[^ \n])/g)
  const indent = Math.min(...Array.from(indents, ([, spaces]) => spaces!.length))
  const margin = indent === Infinity ? '\n' : `\n${' '.repeat(indent)}`
  const after = texts.map((text) => text.replaceAll(margin, '\n'))
  after[0] = after[0]!.replace(/^\n/, '')
  after.push(after.pop()!.replace(/\n *$/, ''))
  known.set(texts, after)
  return after
}
