/** Which attributes can be stored: what JSON carries exactly, the same on every store. */
import { fail } from './error.ts'
import { isObject } from './options.ts'

/** How many objects and arrays can be nested in one attribute. */
const DEPTH = 64

/** A type of attributes, where each value that JSON cannot carry is replaced by the reason. */
export type JsonAttributes<Given> = { [Name in keyof Given]: JsonValue<Given[Name]> }

type JsonValue<Value> = unknown extends Value
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
  // An array is refused below, by what it has beside its items.
  return copyOf(isObject(given) ? given : refuse('attributes', given), 'attributes', 0) as object
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
  if (typeof value !== 'object' || depth > DEPTH) return refuse(path, value)

  const entries = Object.entries(value)
  const isArray = Array.isArray(value)
  // JSON drops symbols and hidden properties, and calls toJSON of a class. An array has a length.
  const isExact =
    prototypesOf(value) === Number(isArray) + Number(Object.getPrototypeOf(value) !== null) &&
    Reflect.ownKeys(value).length === entries.length + Number(isArray)
  if (!isExact || (isArray && entries.length !== value.length)) refuse(path, value)
  const copied = entries.map(([name, item]) => {
    const at = `${path}.${name}`
    return [isText(name) ? name : refuse(at, name), copyOf(item, at, depth + 1)] as const
  })
  return isArray ? copied.map(([, item]) => item) : Object.fromEntries(copied)
}

/** How many prototypes a value has: a plain object 0 or 1, an array 2, in every realm. */
function prototypesOf(value: object): number {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype ? 1 + prototypesOf(prototype) : 0
}

function refuse(path: string, given: unknown): never {
  const name: unknown = typeof given === 'object' && given?.constructor?.name
  const kind = name ? String(name) : typeof given === 'string' ? 'a broken string' : String(given)
  return fail(
    'AUTH_INVALID_ATTRIBUTES',
    `${path} must be a value that JSON carries exactly, at most ${DEPTH} levels deep (got ${kind})`,
  )
}
