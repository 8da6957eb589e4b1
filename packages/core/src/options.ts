/** Checks options when they are given. What is not understood is refused, by name. */
import { fail } from './error.ts'

/** Whether a value fits an option; the form that is wanted, as a message says it; whether it must be given. */
export type OptionRule = readonly [
  fits: (value: unknown) => unknown,
  wanted: string,
  isRequired?: boolean,
]

/**
 * Checks an object of options: every name must be known, and every value that is given must fit.
 * `undefined` means that an option is not given.
 *
 * @param path What stands before an option's name in a message, such as `sessionCookie.`.
 * @param given What the user wrote.
 * @param rules The known options.
 * @throws {AuthError} `AUTH_CONFIG` for the first name or value that does not fit.
 */
export function checkOptions(
  path: string,
  given: object | undefined,
  rules: Readonly<Record<string, OptionRule>>,
): void {
  // Not a copy: options can be inherited, and would be used without a check.
  const values = (given ?? {}) as Readonly<Record<string, unknown>>
  for (const name of Object.keys({ ...rules, ...values })) {
    // An object has names that are no rules: `constructor`, `__proto__`.
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ')
      fail('AUTH_CONFIG', `There is no option ${path}${name}. The options are: ${known}`)
    }
    const [fits, wanted, isRequired] = rules[name]!
    const value = values[name]
    // What must be given is an object: a text in its place can be an address with a password.
    const given = isRequired ? typeof value : shown(value)
    if (value !== undefined || isRequired) checkOption(fits(value), path + name, wanted, given)
  }
}

/**
 * Refuses a value that an option can never work with.
 *
 * @param fits Whether the value fits.
 * @param option The option's path, such as `sessionCookie.name`.
 * @param wanted The form that is wanted: what follows "must be".
 * @param given The value as the user wrote it, by {@link shown}, or its type where it can be a secret.
 * @throws {AuthError} `AUTH_CONFIG`, with a message that has all three.
 */
export function checkOption(
  fits: unknown,
  option: string,
  wanted: string,
  given: string,
): asserts fits {
  if (!fits) fail('AUTH_CONFIG', `${option} must be ${wanted} (got ${given})`)
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'function') return isSync(value) ? 'a function' : 'an async function'
  try {
    return Array.isArray(value) ? `[${String(value)}]` : String(value)
  } catch {
    // An object without a prototype, or an array with a symbol.
    return typeof value
  }
}

/** Whether a value is a promise, of any library. */
export function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

/** The rule of an option that is a text of some form. */
export function matching(form: RegExp, wanted: string): OptionRule {
  return [(value) => matches(value, form), wanted]
}

/** Whether a value is a text of some form. An expression alone would take `['a']` for `a`. */
export function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value)
}

/** The rule of an option that has options of its own. */
export const OBJECT: OptionRule = [isPlain, 'an object']

/** The rule of an option that is `true` or `false`. */
export const BOOLEAN: OptionRule = [(value) => typeof value === 'boolean', 'true or false']

/** The rule of an option that is a function. */
export const FUNCTION: OptionRule = [(value) => typeof value === 'function', 'a function']

/** Whether a value is an object with properties, not an array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The rule of an option that is a function whose answer is used at once. */
export const SYNC_FUNCTION: OptionRule = [isSync, 'a function, and not async']

/** Whether a value is an object without a class, also one of another realm. */
export function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return !prototype || !Object.getPrototypeOf(prototype)
}

/** Whether a value is a function that is neither `async`, as its promise would pass as true, nor a generator. */
export function isSync(value: unknown): boolean {
  return typeof value === 'function' && value.constructor?.name === 'Function'
}

/** Whether a value is an array of items that fit. */
export function isListOf(
  value: unknown,
  fits: (item: unknown) => unknown,
): value is readonly unknown[] {
  return Array.isArray(value) && value.every(fits)
}
