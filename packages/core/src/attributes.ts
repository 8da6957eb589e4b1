/** Which attributes can be stored: what JSON carries exactly, the same on every store. */
import { fail } from './error.ts'
import { isPlain } from './options.ts'

/** How many objects and arrays can be nested in one attribute. */
const DEPTH = 64

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
 * JSON must carry each value exactly: `null`, booleans, finite numbers but -0, well-formed strings,
 * arrays without holes and plain objects of these. No string has a NUL, as PostgreSQL stores none.
 *
 * @param given What the app wrote.
 * @returns A copy. `undefined` stays at the top: in an update it removes the attribute.
 * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES`, with the path of the value.
 */
export function checkedAttributes(given: unknown): object {
  return isPlain(given) ? (copyOf(given, 'attributes', 0) as object) : refuse('attributes', given)
}

/** Attributes of a new user or session: `undefined` is the same as leaving it out. */
export function newAttributes(given: unknown): object {
  const entries = Object.entries(checkedAttributes(given))
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether a value is a string that every engine stores as it is: well-formed, without NUL. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

function copyOf(value: unknown, path: string, depth: number): unknown {
  if (value === null || typeof value === 'boolean' || isText(value)) return value
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  if (value === undefined && depth === 1) return value
  // JSON drops symbols and hidden properties; an array's length is hidden.
  const copyItem = (item: unknown, name: string | number) =>
    copyOf(item, `${path}.${name}`, depth + 1)
  if (
    depth <= DEPTH &&
    Array.isArray(value) &&
    Reflect.ownKeys(value).length === value.length + 1
  ) {
    return Array.from(value, copyItem)
  }
  if (depth <= DEPTH && isPlain(value)) {
    const entries = Object.entries(value)
    if (
      Reflect.ownKeys(value).length === entries.length &&
      entries.every(([name]) => isText(name))
    ) {
      return Object.fromEntries(entries.map(([name, item]) => [name, copyItem(item, name)]))
    }
  }
  return refuse(path, value)
}

function refuse(path: string, given: unknown): never {
  const kind = Object.prototype.toString.call(given).slice(8, -1)
  const hint = kind === 'Date' ? '. Store its milliseconds' : ''
  return fail(
    'AUTH_INVALID_ATTRIBUTES',
    `${path} must be exact JSON without NUL, at most ${DEPTH} levels deep (got ${kind})${hint}`,
  )
}
