/** Checks options when they are given: an unknown name or an unfit value is an error. */
import { fail } from './error.ts'
import {
  BOOLEAN_FORM,
  FUNCTION_FORM,
  OBJECT_FORM,
  SYNC_FORM,
  functionFailed,
  missingOption,
  unknownOption,
  wrongOption,
} from './messages.ts'

/**
 * Whether a value fits an option; the form that is wanted, which follows "must be" in a message and can
 * depend on the value; whether the option is required.
 */
export type OptionRule = readonly [
  fits: (value: unknown) => unknown,
  wanted: string | ((value: unknown) => string),
  isRequired?: boolean,
]

/**
 * Checks an object of options: every name must be known, and every value that is given must fit.
 * `undefined` means that an option is not given.
 *
 * @param path What precedes an option's name in a message, such as `sessionCookie.`.
 * @param given What the user wrote.
 * @param rules The known options.
 * @returns The options that are given, own or inherited, in a new object.
 * @throws {AuthError} `AUTH_CONFIG` for the first name or value that does not fit.
 */
export function checkOptions<Given extends object | undefined>(
  path: string,
  given: Given,
  rules: Readonly<Record<string, OptionRule>>,
): NonNullable<Given> {
  const checked: Record<string, unknown> = {}
  // Options can be inherited, so they are read by name, and once: what is checked is what is used.
  const values = (given ?? {}) as Readonly<Record<string, unknown>>
  // A getter or the trap of a proxy can throw. The message must name the option.
  const attempt = <Result>(option: string, act: () => Result): Result => {
    try {
      return act()
    } catch (cause) {
      return fail('AUTH_CONFIG', functionFailed(option), { cause })
    }
  }
  const whole = path.endsWith('.') ? path.slice(0, -1) : `${path}options`
  for (const name of attempt(whole, () => [
    // Given names first: a mistyped one explains why another is missing.
    ...new Set([...Object.keys(values), ...Object.keys(rules)]),
  ])) {
    const option = path + name
    // An object has names that are not rules: `constructor`, `__proto__`.
    if (!Object.hasOwn(rules, name)) {
      fail('AUTH_CONFIG', unknownOption(option, Object.keys(rules)))
    }
    const rule = rules[name]!
    const [fits, , isRequired] = rule
    const value = attempt(option, () => values[name])
    if (value !== undefined) checked[name] = value
    if ((value === undefined && !isRequired) || attempt(option, () => fits(value))) continue
    const wanted = wantedBy(rule, value)
    if (value === undefined) fail('AUTH_CONFIG', missingOption(option, wanted))
    // A required option is mostly an object: a string in its place can be an address with a password.
    fail('AUTH_CONFIG', wrongOption(option, wanted, isRequired ? kindOf(value) : shown(value)))
  }
  return checked as NonNullable<Given>
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
  if (!fits) fail('AUTH_CONFIG', wrongOption(option, wanted, given))
}

/** Joins rules, each with its own message. A value is checked by a rule only if it fits those before it. */
export function allOf(...rules: readonly OptionRule[]): OptionRule {
  const broken = (value: unknown) => rules.find(([fits]) => !fits(value))
  return [(value) => !broken(value), (value) => wantedBy(broken(value)!, value)]
}

/** The form that a rule wants of a value. */
export function wantedBy([, wanted]: OptionRule, value: unknown): string {
  return typeof wanted === 'string' ? wanted : wanted(value)
}

/**
 * A value as a message shows it: a string, or an array of strings and numbers, as written, any other by
 * its kind. An object in an array can have a password, as an object by itself can.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  try {
    if (Array.isArray(value)) {
      const items = Array.from(value, (item: unknown) =>
        typeof item === 'string' ? JSON.stringify(item) : kindOf(item),
      )
      return `[${items.join(',')}]`
    }
  } catch {
    // A revoked proxy of an array.
  }
  return kindOf(value)
}

/**
 * Describes a value without showing a string or what an object contains: both can have a password.
 *
 * @param value Any value.
 * @returns The description for a message.
 *
 * @example
 * kindOf('redis://:password@localhost')
 * // 'a string'
 */
export function kindOf(value: unknown): string {
  try {
    return kindBy(value)
  } catch {
    // A getter or the trap of a proxy throws. The message is about the option, not about that.
    return typeof value === 'function' ? 'a function' : 'an object'
  }
}

function kindBy(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'function')
    return isSync(value) ? 'a function' : 'an async function or a generator'
  if (Object.is(value, -0)) return '-0'
  if (!isObject(value)) return String(value)
  if (isPromise(value)) return 'a promise: await it first'
  // By its prototype: a property `constructor` of the object itself is data.
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null
  const name = prototype?.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an object of the class ${name}`
    : 'an object'
}

/** Whether a value is a promise, of any library. */
export function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

/** Whether a value is a string that fits. An expression alone would take `['a']` for `a`. */
export function text(fits: (text: string) => unknown): (value: unknown) => unknown {
  return (value) => typeof value === 'string' && fits(value)
}

/** The rule of an option that is a string of some form. */
export function matching(form: RegExp, wanted: string): OptionRule {
  return [text((value) => form.test(value)), wanted]
}

/** The rule of an option that has options of its own. */
export const OBJECT: OptionRule = [isPlain, OBJECT_FORM]

/** The rule of an option that is `true` or `false`. */
export const BOOLEAN: OptionRule = [(value) => typeof value === 'boolean', BOOLEAN_FORM]

/** The rule of an option that is a function. */
export const FUNCTION: OptionRule = [(value) => typeof value === 'function', FUNCTION_FORM]

/** The rule of an option that is a function whose result is used at once. */
export const SYNC_FUNCTION: OptionRule = allOf(FUNCTION, [isSync, SYNC_FORM])

/** Whether a value is an object with properties, not an array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

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

/** Whether a value is a whole number above 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** Whether a value is an array of items that fit. */
export function isListOf(
  value: unknown,
  fits: (item: unknown) => unknown,
): value is readonly unknown[] {
  return Array.isArray(value) && value.every(fits)
}
