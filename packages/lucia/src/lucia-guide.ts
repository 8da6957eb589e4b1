/** Continues with sessions that an app wrote by a guide. */
import type { Extension } from '@limen/core'
import { checkOption, isObject, kindOf } from '@limen/core/store-kit'
import type { SqlDriver } from '@limen/sql'
import type { GuideFormat } from './guide-formats.ts'
import { guideExtension, guideStore } from './guide-sessions.ts'
import { luciaDatabase } from './database.ts'
import { type LuciaConfig, cookieOver } from './lucia.ts'
import { FORMAT_FORM } from './messages.ts'
import type { LuciaOptions, LuciaSessionTable } from './options.ts'
import { type AnyLuciaOptions, luciaTables } from './tables.ts'
import { V3_TIMES } from './time-types.ts'

/** The table of sessions that the app wrote. */
export interface GuideSessionTable<SessionAttributes> extends LuciaSessionTable<SessionAttributes> {
  /** Of the formats of 2024: the column of the time at which the session expires. */
  readonly expiresAt?: string | undefined
  /** Of the formats since 2025: the column of the time from which the lifetime is counted. */
  readonly renewedAt?: string | undefined
  /** Of the formats since 2025: the column of the hash of the secret, which is binary. */
  readonly secretHash?: string | undefined
}

/** Options of {@link luciaGuide}. */
export interface LuciaGuideOptions<
  UserAttributes,
  SessionAttributes,
> extends LuciaOptions<UserAttributes> {
  /** The table of sessions; `null` after it was dropped. */
  readonly session?: GuideSessionTable<SessionAttributes> | null | undefined
}

/**
 * Continues with sessions that an app wrote by a guide. Sessions are Limen's, in a table of their own,
 * which `migrations()` creates. A visitor with the old cookie or bearer token is admitted, and gets the
 * new cookie; the old one ends a minute after the new one was first seen.
 *
 * The old table has hashes only, so a session is moved when its visitor comes. `getAllUserSessions()`
 * lists those that have not come too, and each can be revoked by its id. Keep the old table until the
 * longest lifetime of a session has passed.
 *
 * @param format `guide2024`, `svAddOn`, `guide2025` or `guide2026`.
 * @param driver The database, through a driver of `@limen/sql`.
 * @param options Names and types of tables and columns, where they are not the guide's.
 * @returns The configuration for `limen()`.
 * @throws {AuthError} `AUTH_CONFIG` for an option that can never work.
 *
 * @example
 * const auth = limen(
 *   luciaGuide(guide2024, nodeSqlite(db), { user: { idType: 'integer' } }),
 * )
 */
export function luciaGuide<UserAttributes = object, SessionAttributes = object>(
  format: GuideFormat,
  driver: SqlDriver,
  options: LuciaGuideOptions<UserAttributes, SessionAttributes> = {},
): LuciaConfig<UserAttributes, SessionAttributes, readonly [Extension]> {
  const isFormat = isObject(format) && typeof format.parse === 'function'
  checkOption(isFormat, 'luciaGuide(): format', FORMAT_FORM, kindOf(format))
  const { cookieName, table, times, time, secretHash, lifetime } = format
  const period = lifetime / 2
  const tables = luciaTables(driver, { ...options, upgrade: true } as unknown as AnyLuciaOptions, {
    call: 'luciaGuide',
    cookieName,
    table,
    times: { ...times },
    time: time ?? V3_TIMES[driver?.dialect],
    isRenewal: 'renewedAt' in times,
    periods: { activePeriod: period, idlePeriod: period },
    keys: null,
    ...(secretHash !== undefined && { secretHash }),
  })
  const database = luciaDatabase(driver, tables)
  return {
    store: guideStore(database, format),
    extensions: [guideExtension(database, format)],
    sessionCookie: cookieOver(tables),
    sessionExpiresIn: tables.periods,
  } as LuciaConfig<UserAttributes, SessionAttributes, readonly [Extension]>
}
