/** Creates what `limen()` needs from the tables of either version. */
import type { Extension, SessionCookieOptions, Store } from '@limen/core'
import type { SqlDriver } from '@limen/sql'
import { type LuciaCalls, afterUpgrade } from './after-upgrade.ts'
import { beforeUpgrade } from './before-upgrade.ts'
import { luciaDatabase } from './database.ts'
import { luciaStore } from './lucia-store.ts'
import {
  type AnyLuciaOptions,
  type LuciaPeriods,
  type LuciaTables,
  type LuciaVersion,
  luciaTables,
} from './tables.ts'
import { upgradedStore } from './upgraded-store.ts'

/** What an app passes to `limen()`: `limen({ ...luciaV3(…) })`. */
export interface LuciaConfig<
  UserAttributes,
  SessionAttributes,
  Extensions extends readonly Extension[],
> {
  /** The store. */
  readonly store: Store<UserAttributes, SessionAttributes>
  /** To add others: `[...lucia.extensions, …]`. */
  readonly extensions: Extensions
  /** To change it: `{ ...lucia.sessionCookie, … }`. */
  readonly sessionCookie: SessionCookieOptions
  /** Lucia's. */
  readonly sessionExpiresIn: LuciaPeriods
}

/** Before the upgrade. */
export type BeforeUpgrade<UserAttributes, SessionAttributes> = LuciaConfig<
  UserAttributes,
  SessionAttributes,
  readonly [Extension]
>

/** After the upgrade. */
export type AfterUpgrade<UserAttributes, SessionAttributes> = LuciaConfig<
  UserAttributes,
  SessionAttributes,
  readonly [Extension<{ readonly calls: LuciaCalls }>]
>

/** Creates the configuration over the tables of a version. */
export function luciaConfig(
  driver: SqlDriver,
  options: AnyLuciaOptions,
  version: LuciaVersion,
): LuciaConfig<unknown, unknown, readonly [Extension]> {
  const tables = luciaTables(driver, options, version)
  const { periods: sessionExpiresIn, cookieName } = tables
  const database = luciaDatabase(driver, tables)
  if (!options.upgrade) {
    return {
      store: luciaStore(database, database.theirs!),
      extensions: [beforeUpgrade(tables)],
      sessionCookie: { ...formOf(tables), name: cookieName },
      sessionExpiresIn,
    }
  }
  return {
    store: upgradedStore(database),
    extensions: [afterUpgrade(database)],
    sessionCookie: cookieOver(tables),
    sessionExpiresIn,
  }
}

/** The new cookie, which deletes the old one. */
export function cookieOver(tables: LuciaTables): SessionCookieOptions {
  const { sameSite: _, ...identity } = tables.sessionCookie.attributes ?? {}
  return { ...formOf(tables), formerly: [{ ...identity, name: tables.cookieName }] }
}

function formOf({ sessionCookie: { expires, attributes } }: LuciaTables): SessionCookieOptions {
  return { ...(expires !== undefined && { expires }), ...(attributes && { attributes }) }
}
