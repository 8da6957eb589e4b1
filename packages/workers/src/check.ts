/** Checks the bindings and options that an app passes: a slip must not look like an outage. */
import { AuthError } from '@limen/core'

/** A method that no other kind of binding has. */
const KINDS = [
  ['withSession', 'a D1 database'],
  ['getWithMetadata', 'a KV namespace'],
  ['idFromName', 'a Durable Object namespace'],
] as const

/**
 * Refuses a binding of another kind. It goes by methods, as bindings are proxies or instances of
 * classes that cannot be imported.
 *
 * @param call The function that was given the binding.
 * @param wanted The form that it needs.
 * @param methods The methods that it calls.
 * @throws {AuthError} `AUTH_CONFIG`.
 */
export function checkBinding(
  call: string,
  wanted: string,
  binding: unknown,
  ...methods: readonly string[]
): void {
  const members = binding as Readonly<Record<string, unknown>> | null | undefined
  const has = (method: string) => typeof members?.[method] === 'function'
  // These seem to have every method: each is a remote call.
  const isRemote = /^(Fetcher|DurableObject)$/.test(members?.constructor?.name ?? '')
  if (methods.every(has) && !isRemote) return
  const [, kind = binding === null ? 'null' : typeof binding] =
    KINDS.find(([method]) => has(method)) ?? []
  refuse(`${call}() needs ${wanted} (got ${isRemote ? 'a service binding or stub' : kind})`)
}

/** One option: whether a value fits, `undefined` included, and the form that is wanted. */
export type OptionRule = readonly [fits: (value: unknown) => boolean, wanted: string]

/**
 * Refuses options that are no object, that do not exist, or whose value does not fit.
 *
 * @throws {AuthError} `AUTH_CONFIG` that names the option, its value and the form that is wanted.
 */
export function checkOptions(
  call: string,
  options: object,
  rules: Readonly<Record<string, OptionRule>>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    refuse(`${call}(): options must be an object (got ${shown(options)})`)
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name))
  if (unknown !== undefined) {
    refuse(`${call}() has no option ${shown(unknown)}, only ${Object.keys(rules).join(', ')}`)
  }
  for (const [name, [fits, wanted]] of Object.entries(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (!fits(value)) refuse(`${call}(): ${name} must be ${wanted} (got ${shown(value)})`)
  }
}

/** The rule of an optional whole number in a range. */
export function wholeNumber(unit: string, from: number, to: number): OptionRule {
  return [
    (value) =>
      value === undefined ||
      (Number.isInteger(value) && (value as number) >= from && (value as number) <= to),
    `a whole number of ${unit} from ${from} to ${to}`,
  ]
}

function refuse(why: string): never {
  throw new AuthError('AUTH_CONFIG', why)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
