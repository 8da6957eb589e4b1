/** What can be chosen, and which choices fit together. */
import {
  UsageError,
  needsFirstFactor,
  needsOther,
  providersWithoutOauth,
  storeOfOtherRuntime,
  unknownChoice,
} from './messages.ts'

/** One of the values of a choice. */
export interface Value<Name extends string = string> {
  readonly name: Name
  readonly label: string
  readonly hint?: string
}

/** Where the app runs. */
export const RUNTIMES = [
  { name: 'workers', label: 'Cloudflare Workers', hint: 'with D1' },
  { name: 'node', label: 'Node', hint: 'with PostgreSQL or SQLite' },
  { name: 'deno', label: 'Deno', hint: 'with Deno KV' },
] as const satisfies readonly Value[]

/** Where the app stores its users and sessions. The first one of a runtime is its default. */
export const STORES = [
  { name: 'd1', label: 'D1', runtime: 'workers' },
  { name: 'postgres', label: 'PostgreSQL', runtime: 'node' },
  { name: 'sqlite', label: 'SQLite', runtime: 'node' },
  { name: 'deno-kv', label: 'Deno KV', runtime: 'deno' },
] as const satisfies readonly (Value & { readonly runtime: Runtime })[]

/** How users sign in. */
export const WAYS = [
  { name: 'passphrase', label: 'Passphrase', hint: 'with an e-mail address' },
  { name: 'email', label: 'E-mail', hint: 'a code and a link; with passphrases, also the reset' },
  { name: 'oauth', label: 'Accounts at providers', hint: 'OAuth 2 and OpenID Connect' },
  { name: 'passkey', label: 'Passkeys', hint: 'beside another way' },
  { name: 'totp', label: 'Authenticator app', hint: 'a second factor, beside another way' },
] as const satisfies readonly Value[]

/** What the app has beside the sign-in. */
export const EXTRAS = [
  { name: 'devices', label: 'Devices', hint: 'the page that lists them and signs them out' },
  { name: 'roles', label: 'Roles', hint: 'administrators, with a trail of what they did' },
  { name: 'impersonation', label: 'Impersonation', hint: 'administrators act as a user' },
  { name: 'guest', label: 'Guests', hint: 'use the app before they sign in' },
  { name: 'api', label: 'Mobile apps', hint: 'an API with bearer tokens' },
] as const satisfies readonly Value[]

/** Where users can have accounts to sign in with. */
export const PROVIDERS = [
  { name: 'github', label: 'GitHub' },
  { name: 'google', label: 'Google' },
  { name: 'microsoft', label: 'Microsoft' },
  { name: 'discord', label: 'Discord' },
  { name: 'apple', label: 'Apple' },
  { name: 'openid', label: 'Any provider with OpenID Connect' },
] as const satisfies readonly Value[]

/** The framework of the routes. */
export const FRAMEWORKS = [{ name: 'hono', label: 'Hono' }] as const satisfies readonly Value[]

/** The name of a runtime. */
export type Runtime = (typeof RUNTIMES)[number]['name']
/** The name of a store. */
type Store = (typeof STORES)[number]['name']
/** The name of a way to sign in. */
export type Way = (typeof WAYS)[number]['name']
/** The name of what the app has beside the sign-in. */
export type Extra = (typeof EXTRAS)[number]['name']
/** The name of a provider. */
export type Provider = (typeof PROVIDERS)[number]['name']
/** The name of a framework. */
type Framework = (typeof FRAMEWORKS)[number]['name']

/** All choices. */
export interface Choices {
  readonly runtime: Runtime
  readonly store: Store
  readonly ways: readonly Way[]
  readonly extras: readonly Extra[]
  readonly providers: readonly Provider[]
  readonly framework: Framework
}

/** The ways of an app whose author chose none. */
export const DEFAULT_WAYS: readonly Way[] = ['passphrase', 'email']
/** What an app has whose author chose nothing else. */
export const DEFAULT_EXTRAS: readonly Extra[] = ['devices']
/** The providers of an app whose author chose accounts at providers, but none of these. */
export const DEFAULT_PROVIDERS: readonly Provider[] = ['github', 'google']

/** The ways that can create a user. The others are added to one. */
const FIRST: readonly Way[] = ['passphrase', 'email', 'oauth']

/** Returns the stores of a runtime. The first one is the default. */
export function storesOf(runtime: Runtime): readonly (typeof STORES)[number][] {
  return STORES.filter((store) => store.runtime === runtime)
}

/** Returns the value with a name. */
export function named<Name extends string>(
  option: string,
  values: readonly Value<Name>[],
  name: string,
): Name {
  const value = values.find((each) => each.name === name)
  if (value) return value.name
  throw new UsageError(
    'UNKNOWN_CHOICE',
    unknownChoice(
      option,
      name,
      values.map((each) => each.name),
    ),
  )
}

/**
 * Fills in the defaults, and checks that the choices fit together.
 *
 * @throws {UsageError} `STORE_OF_OTHER_RUNTIME`, `NEEDS_FIRST_FACTOR`, `NEEDS_OTHER` or `PROVIDERS_WITHOUT_OAUTH`.
 */
export function completed(chosen: Partial<Choices>, defaultRuntime: Runtime): Choices {
  const runtime =
    chosen.runtime ?? STORES.find(({ name }) => name === chosen.store)?.runtime ?? defaultRuntime
  const stores = storesOf(runtime).map(({ name }) => name)
  const { store = stores[0]!, framework = 'hono' } = chosen
  if (!stores.includes(store)) {
    throw new UsageError('STORE_OF_OTHER_RUNTIME', storeOfOtherRuntime(store, runtime, stores))
  }
  const given = chosen.ways ?? (chosen.providers ? ['oauth' as const] : DEFAULT_WAYS)
  const ways = WAYS.map(({ name }) => name).filter((name) => given.includes(name))
  requireFirstFactor(ways)
  const extras = EXTRAS.map(({ name }) => name).filter((name) =>
    (chosen.extras ?? DEFAULT_EXTRAS).includes(name),
  )
  requireNeeds(extras, ways)
  if (chosen.providers && !ways.includes('oauth')) {
    throw new UsageError('PROVIDERS_WITHOUT_OAUTH', providersWithoutOauth())
  }
  const wanted = ways.includes('oauth') ? (chosen.providers ?? DEFAULT_PROVIDERS) : []
  const providers = PROVIDERS.map(({ name }) => name).filter((name) => wanted.includes(name))
  return { runtime, store, ways, extras, providers, framework }
}

/**
 * Checks that a user can be created.
 *
 * @throws {UsageError} `NEEDS_FIRST_FACTOR`.
 */
export function requireFirstFactor(ways: readonly Way[]): void {
  if (ways.some((way) => FIRST.includes(way))) return
  throw new UsageError('NEEDS_FIRST_FACTOR', needsFirstFactor(ways, FIRST))
}

/**
 * Checks that the app has what its other parts need.
 *
 * @throws {UsageError} `NEEDS_OTHER`.
 */
export function requireNeeds(extras: readonly Extra[], ways: readonly Way[]): void {
  if (extras.includes('impersonation') && !extras.includes('roles')) {
    throw new UsageError('NEEDS_OTHER', needsOther('impersonation', 'roles', '--with'))
  }
  if (extras.includes('api') && !ways.includes('passphrase')) {
    throw new UsageError('NEEDS_OTHER', needsOther('api', 'passphrase', '--sign-in'))
  }
}

/** The names that are true of the choices: those that the templates use in their conditions. */
export function conditionsOf(choices: Choices): ReadonlySet<string> {
  const { runtime, store, ways, extras, providers } = choices
  const has = (...some: Way[]) => some.some((way) => ways.includes(way))
  return new Set([
    runtime,
    store,
    ...ways,
    ...extras,
    ...providers,
    ...(has('passphrase', 'email') ? ['accounts'] : []),
    ...(has('passphrase') && has('email') ? ['reset'] : []),
    ...(has('email', 'oauth', 'passkey', 'totp') ? ['tickets'] : []),
    ...(has('passphrase', 'oauth', 'passkey', 'totp') ||
    extras.includes('devices') ||
    extras.includes('roles')
      ? ['account']
      : []),
  ])
}
