/** Which attributes can be stored: what JSON carries exactly, the same on every store. */
import { fail } from './error.ts'
import {
  ATTRIBUTES_FORM,
  ATTRIBUTE_DATE,
  ATTRIBUTE_DEPTH,
  ATTRIBUTE_FORM,
  ATTRIBUTE_NAMES,
  ATTRIBUTE_NUMBER,
  ATTRIBUTE_TEXT,
  ATTRIBUTE_UNDEFINED,
  ATTRIBUTE_WHOLE,
  wrongAttribute,
} from './messages.ts'
import { isPlain, kindOf } from './options.ts'

/** How many objects and arrays can be nested in one attribute. */
const DEPTH = 64

/** How many characters of a name a message shows. */
const LONGEST_NAME = 80

/** A type of attributes, where each value that JSON cannot carry is replaced by the reason. */
export type JsonAttributes<Given> = { [Name in keyof Given]: JsonValue<Given[Name]> }

/** One attribute's type, or the reason why JSON cannot carry it. */
export type JsonValue<Value> = unknown extends Value
  ? Value
  : Value extends string | number | boolean | null | undefined
    ? Value
    : Value extends Date
      ? 'A Date is not JSON: store its time in milliseconds, or its ISO text'
      : Value extends bigint | symbol | ((...args: never) => unknown)
        ? 'This is not JSON: attributes hold strings, numbers, booleans, null, arrays and plain objects'
        : Value extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
          ? 'A Map or Set is not JSON: store an array or a plain object'
          : { [Name in keyof Value]: JsonValue<Value[Name]> }

/**
 * Checks attributes before they are stored, and copies them, so that nothing changes them later.
 *
 * JSON must carry each value exactly: `null`, booleans, finite numbers except -0, well-formed strings,
 * arrays without holes and plain objects of these. Strings have no NUL, which PostgreSQL cannot store.
 *
 * @param given What the app wrote.
 * @param name What messages call it.
 * @returns A copy. `undefined` stays at the top: in an update it removes the attribute.
 * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES`, with the path of the value.
 */
export function checkedAttributes(given: unknown, name = 'attributes'): object {
  const path = () => name
  if (!isPlain(given)) refuse(path, ATTRIBUTES_FORM, given)
  return copyOf(given, path, 0) as object
}

/** Attributes of a new user or session: `undefined` is the same as leaving it out. */
export function newAttributes(given: unknown, name?: string): object {
  const entries = Object.entries(checkedAttributes(given, name))
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether a value is a string that every engine stores as it is: well-formed, without NUL. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

/** The path is a function: only a message needs its text. */
function copyOf(value: unknown, path: () => string, depth: number): unknown {
  const check = (fits: boolean, wanted: string) => fits || refuse(path, wanted, value)
  const copyItem = (item: unknown, name: string | number) =>
    copyOf(item, () => `${path()}.${shownName(name)}`, depth + 1)

  if (value === null || typeof value === 'boolean') return value
  if (value === undefined) {
    check(depth === 1, ATTRIBUTE_UNDEFINED)
    return value
  }
  if (typeof value === 'string') {
    check(isText(value), ATTRIBUTE_TEXT)
    return value
  }
  if (typeof value === 'number') {
    check(Number.isFinite(value) && !Object.is(value, -0), ATTRIBUTE_NUMBER)
    return value
  }
  if (Array.isArray(value)) {
    check(depth <= DEPTH, ATTRIBUTE_DEPTH)
    // An array has one property more than items: its length.
    check(Reflect.ownKeys(value).length === value.length + 1, ATTRIBUTE_WHOLE)
    return Array.from(value, copyItem)
  }
  if (isPlain(value)) {
    const entries = Object.entries(value)
    check(depth <= DEPTH, ATTRIBUTE_DEPTH)
    check(Reflect.ownKeys(value).length === entries.length, ATTRIBUTE_WHOLE)
    check(
      entries.every(([name]) => isText(name)),
      ATTRIBUTE_NAMES,
    )
    return Object.fromEntries(entries.map(([name, item]) => [name, copyItem(item, name)]))
  }
  return refuse(path, value instanceof Date ? ATTRIBUTE_DATE : ATTRIBUTE_FORM, value)
}

/** A name as a message shows it: it can be a visitor's text, with line breaks and of any length. */
function shownName(name: string | number): string {
  const text = String(name)
  const short = text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text
  return /^[\w$]+$/.test(short) ? short : JSON.stringify(short)
}

function refuse(path: () => string, wanted: string, value: unknown): never {
  // Not a string or a bigint: an attribute can be a secret.
  const given =
    typeof value === 'object' || typeof value === 'number' ? kindOf(value) : typeof value
  return fail('AUTH_INVALID_ATTRIBUTES', wrongAttribute(path(), wanted, given))
}
