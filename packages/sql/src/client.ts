/** Checks that a driver is given the client that it needs. */
import { AuthError } from '@limen/core'
import { dialects } from './dialect.ts'
import type { SqlDialect, SqlDriver } from './driver.ts'

/**
 * Checks what a driver is given: a typo must not look like an outage.
 *
 * @param call The driver, as the app calls it.
 * @param client What it was given.
 * @param methods The methods that the driver calls.
 * @param wanted What to give it.
 * @throws {AuthError} `AUTH_CONFIG` when the client has not all of them.
 */
export function checkClient(
  call: string,
  client: unknown,
  methods: readonly string[],
  wanted: string,
): void {
  const missing = methods.find((name) => !hasMethod(client, name))
  if (missing === undefined) return
  throw new AuthError(
    'AUTH_CONFIG',
    `${call} needs ${wanted} (got ${described(client)}, which has no ${missing}())`,
  )
}

/**
 * Checks the driver that the store is given.
 *
 * @throws {AuthError} `AUTH_CONFIG` when it is none: a raw client, for example.
 */
export function checkDriver(call: string, driver: SqlDriver): void {
  checkClient(
    call,
    driver,
    ['query', 'change', 'batch'],
    'a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool)',
  )
  checkDialect(`${call}: driver.dialect`, driver.dialect)
}

/**
 * Checks the name of a dialect.
 *
 * @throws {AuthError} `AUTH_CONFIG` when there is none of that name.
 */
export function checkDialect(option: string, dialect: SqlDialect): void {
  const names = Object.keys(dialects)
  if (names.includes(dialect)) return
  throw new AuthError(
    'AUTH_CONFIG',
    `${option} must be one of ${names.join(', ')} (got ${described(dialect)})`,
  )
}

/** A value in the words of a message: text and numbers as they are, of the rest only the kind. */
export function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (value === null || !['object', 'function'].includes(typeof value)) return `${String(value)}`
  if (value instanceof Promise) return 'a promise: await it'
  const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {}
  return typeof name === 'string' && name !== '' ? `an object of the class ${name}` : 'an object'
}

function hasMethod(client: unknown, name: string): boolean {
  return typeof (Object(client) as Record<string, unknown>)[name] === 'function'
}
