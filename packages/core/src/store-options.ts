/** Checks the client and the options that a store is created with: a typing error must not look like an outage. */
import { fail } from './error.ts'
import { wrongClient } from './messages.ts'
import { type OptionRule, checkOption, checkOptions, isObject, kindOf } from './options.ts'

/**
 * Checks the options of a call: an object, with known names, and values that fit. `undefined` means
 * that an option, or the whole object, is not given.
 *
 * @param call The function's name, such as `kvStore`.
 * @param given What the user wrote.
 * @param rules The known options.
 * @returns The options that are given, in a new object: use it in place of what the user wrote, which
 * can have getters.
 * @throws {AuthError} `AUTH_CONFIG` for the first name or value that does not fit.
 *
 * @example
 * checkCallOptions('kvStore', { cacheTtl: 60 }, { cacheTtl: wholeNumber('seconds', 30, 3600) })
 * // { cacheTtl: 60 }
 */
export function checkCallOptions<Options extends object>(
  call: string,
  given: Options | undefined,
  rules: Readonly<Record<string, OptionRule>>,
): Options {
  if (given === undefined) return {} as Options
  checkOption(isObject(given), `${call}(): options`, 'an object', kindOf(given))
  return checkOptions(`${call}(): `, given, rules)
}

/**
 * Checks that a client or binding has the methods that a store calls.
 *
 * @param call The function's name, such as `denoKvStore`.
 * @param wanted What it needs, such as `what Deno.openKv() returns`.
 * @param client What the user passed.
 * @param methods The names of the methods.
 * @param kind What the message says was passed. Default {@link kindOf} the client.
 * @throws {AuthError} `AUTH_CONFIG` when it does not have all of them.
 *
 * @example
 * checkClient('kvStore', 'a KV binding such as env.SESSIONS', new Map(), ['get', 'delete'])
 * // undefined
 */
export function checkClient(
  call: string,
  wanted: string,
  client: unknown,
  methods: readonly string[],
  kind: (client: unknown) => string = kindOf,
): void {
  if (methods.every((name) => hasMethod(client, name))) return
  fail('AUTH_CONFIG', wrongClient(call, wanted, kind(client)))
}

/**
 * Whether a value has a method.
 *
 * @param value Any value.
 * @param name The method's name.
 *
 * @example
 * hasMethod(new Map(), 'get')
 * // true
 */
export function hasMethod(value: unknown, name: string): boolean {
  try {
    return (
      typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function'
    )
  } catch {
    // A getter or the trap of a proxy throws.
    return false
  }
}

/**
 * The rule of an option that is a whole number.
 *
 * @param unit The unit, in the plural, such as `seconds`.
 * @param from The smallest number that fits.
 * @param to The largest number that fits.
 *
 * @example
 * const [fits, wanted] = wholeNumber('seconds', 30, 3600)
 * wanted
 * // 'a whole number of seconds from 30 to 3600'
 */
export function wholeNumber(unit: string, from: number, to: number): OptionRule {
  return [
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
    `a whole number of ${unit} from ${from} to ${to}`,
  ]
}
