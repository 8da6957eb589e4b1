/** Lucia 3: its tables and its sessions. */
import type { Extension } from '@limen/core'
import type { SqlDriver } from '@limen/sql'
import { type AfterUpgrade, type BeforeUpgrade, type LuciaConfig, luciaConfig } from './lucia.ts'
import type { LuciaV3Options } from './options.ts'
import type { AnyLuciaOptions } from './tables.ts'
import { V3_TIMES } from './time-types.ts'

const DAY = 86_400_000

/**
 * Continues with the users and sessions of Lucia 3, without signing anyone out.
 *
 * With `upgrade: false`, only Lucia's tables and cookie are read and written, so Lucia can run at the
 * same time, and again afterwards. A session's id is its token, as in Lucia: do not log it.
 *
 * With `upgrade: true`, sessions are Limen's, in a table of their own, which `migrations()` creates. A
 * visitor with Lucia's cookie or bearer token is admitted, and gets the new cookie.
 *
 * @param driver The database, through a driver of `@limen/sql`.
 * @param options Names and types of tables and columns, where they are not Lucia's defaults.
 * @returns The configuration for `limen()`.
 * @throws {AuthError} `AUTH_CONFIG` for an option that can never work.
 *
 * @example
 * const auth = limen({
 *   ...luciaV3<{ name: string }>(nodeSqlite(db), {
 *     user: { columns: { name: 'text' } },
 *     upgrade: true,
 *   }),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function luciaV3<UserAttributes = object, SessionAttributes = object>(
  driver: SqlDriver,
  options: LuciaV3Options<UserAttributes, SessionAttributes, true>,
): AfterUpgrade<UserAttributes, SessionAttributes>
/** Continues with the users and sessions of Lucia 3, in Lucia's tables: see the first signature. */
export function luciaV3<UserAttributes = object, SessionAttributes = object>(
  driver: SqlDriver,
  options: LuciaV3Options<UserAttributes, SessionAttributes, false>,
): BeforeUpgrade<UserAttributes, SessionAttributes>
export function luciaV3<UserAttributes, SessionAttributes>(
  driver: SqlDriver,
  options: LuciaV3Options<UserAttributes, SessionAttributes, boolean>,
): LuciaConfig<UserAttributes, SessionAttributes, readonly [Extension]> {
  return luciaConfig(driver, options as unknown as AnyLuciaOptions, {
    call: 'luciaV3',
    table: 'session',
    times: { expiresAt: 'expires_at' },
    time: V3_TIMES[driver?.dialect],
    // A session of 30 days is renewed in the second half.
    periods: { activePeriod: 15 * DAY, idlePeriod: 15 * DAY },
    keys: null,
  }) as LuciaConfig<UserAttributes, SessionAttributes, readonly [Extension]>
}
