/** Checks the clients and drivers that an app passes. */
import { AuthError } from '@limen/core'
import { type SqlDialect, dialectNames } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'

/**
 * Checks the client that a driver is given: a typo must not look like an outage.
 *
 * @param call The driver, as the app calls it.
 * @param client The client.
 * @param methods The methods that the driver calls.
 * @param wanted The client that the driver needs, for the message.
 * @throws {AuthError} `AUTH_CONFIG` when the client does not have all of them.
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
 * @throws {AuthError} `AUTH_CONFIG` when it is not a driver: a raw client, for example.
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
  if (dialectNames.includes(dialect)) return
  throw new AuthError(
    'AUTH_CONFIG',
    `${option} must be one of ${dialectNames.join(', ')} (got ${described(dialect)})`,
  )
}

/** A value for a message: text and numbers as they are, of anything else only the kind. */
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
