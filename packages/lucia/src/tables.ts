/** The tables of Lucia, with all defaults filled in and checked. */
import { AuthError } from '@limen/core'
import { type OptionRule, checkCallOptions, checkOptions, isObject } from '@limen/core/store-kit'
import type { AttributeColumn, ColumnType, SqlDriver, SqlLayout, UserLayout } from '@limen/sql'
import {
  type ResolvedAttributes,
  type ResolvedLayout,
  checkDriver,
  resolvedAttributes,
  resolvedLayout,
} from '@limen/sql/sql-kit'
import {
  NAME_FORM,
  SESSION_FORM,
  TABLE_FORM,
  UPGRADE_FORM,
  sameTable,
  timeForm,
} from './messages.ts'
import type { LuciaKeyTable, LuciaOptions, LuciaSessionTable } from './options.ts'
import { type StoredTime, type TimeType, hexIn, laterBy, timesIn } from './time-types.ts'

/** How long sessions live, in milliseconds. */
export interface LuciaPeriods {
  /** As in Lucia: how long a session is active, in milliseconds. */
  readonly activePeriod: number
  /** As in Lucia: how long a session can be renewed after that, in milliseconds. */
  readonly idlePeriod: number
}

/** The table of Lucia's sessions. */
export interface LuciaSessions {
  readonly table: string
  readonly id: string
  readonly userId: string
  /** The column of the end of the active period; version 3 has none. */
  readonly activeExpires: string | undefined
  readonly idleExpires: string
  readonly time: StoredTime
  /** The column of a hash of the secret; Lucia itself has none. */
  readonly secretHash:
    | { readonly column: string; readonly read: (column: string) => string }
    | undefined
  readonly attributes: ResolvedAttributes
}

/** The tables of Lucia and of Limen in one database. */
export interface LuciaTables {
  /** The function's name, for messages. */
  readonly call: string
  /** The layout of the users, and of the new table of sessions. */
  readonly layout: SqlLayout<never, never>
  readonly resolved: ResolvedLayout
  readonly sessions: LuciaSessions | null
  readonly keys: { readonly table: string; readonly userId: string } | null
  readonly periods: LuciaPeriods
  readonly cookieName: string
  readonly sessionCookie: NonNullable<LuciaOptions<never>['sessionCookie']>
}

/** What differs between the versions. */
export interface LuciaVersion {
  readonly call: string
  readonly table: string
  /** The columns of times, by option, with their default names. */
  readonly times: Readonly<Record<string, string>>
  /** The default column of a hash of the secret, where there is one. */
  readonly secretHash?: string
  /** Whether the time is the one at which a session was renewed, and not that at which it expires. */
  readonly isRenewal?: boolean
  /** The default name of the cookie, where it is not Lucia's. */
  readonly cookieName?: string
  readonly time: TimeType
  readonly periods: LuciaPeriods
  /** The table of keys, where the version has one. */
  readonly keys: { readonly table: string; readonly userId: string } | null
}

/** The options that {@link luciaLayout} reads. */
export interface LuciaLayoutOptions extends Pick<LuciaOptions<never>, 'limenSession'> {
  /** The table of users. */
  readonly user?:
    | (Omit<UserLayout, 'columns'> & {
        readonly columns?: Readonly<Record<string, ColumnType | AttributeColumn>> | undefined
      })
    | undefined
}

/** The options of either version. */
export interface AnyLuciaOptions extends LuciaOptions<never> {
  readonly session?: LuciaSessionTable<never> | null | undefined
  readonly key?: LuciaKeyTable | null | undefined
  readonly upgrade: boolean
}

const NAME: OptionRule = [(name) => typeof name === 'string' && name !== '', NAME_FORM]
const TABLE: OptionRule = [isObject, TABLE_FORM]
const TABLE_OR_NULL: OptionRule = [(table) => table === null || isObject(table), SESSION_FORM]
const UPGRADE: OptionRule = [(upgrade) => typeof upgrade === 'boolean', UPGRADE_FORM, true]

/** The name of Lucia's cookie by default. */
const COOKIE_NAME = 'auth_session'

/**
 * Fills in the defaults of a version.
 *
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or an option can never work.
 */
export function luciaTables(
  driver: SqlDriver,
  options: AnyLuciaOptions,
  version: LuciaVersion,
): LuciaTables {
  const { call, table, times, time: defaultTime, periods, keys } = version
  checkDriver(call, driver)
  const given = checkCallOptions(call, options, {
    user: TABLE,
    session: options?.upgrade === true ? TABLE_OR_NULL : TABLE,
    ...(keys && { key: [TABLE_OR_NULL[0], TABLE_FORM] as const }),
    limenSession: TABLE,
    sessionCookie: TABLE,
    sessionExpiresIn: TABLE,
    upgrade: UPGRADE,
  })
  const known = timesIn(driver.dialect)
  const types = Object.keys(known)
  const session = given.session ?? {}
  const names = checkOptions(`${call}(): session.`, session as Readonly<Record<string, unknown>>, {
    table: NAME,
    id: NAME,
    userId: NAME,
    ...Object.fromEntries(Object.keys(times).map((option) => [option, NAME])),
    ...(version.secretHash && { secretHash: NAME }),
    time: [(type) => types.includes(type as string), timeForm(types)],
    columns: TABLE,
  }) as Readonly<Record<string, string | undefined>>
  const nameOf = (option: string) => names[option] ?? times[option]
  const key = checkOptions(`${call}(): key.`, given.key ?? {}, { table: NAME, userId: NAME })
  const expiresIn = given.sessionExpiresIn ?? {}
  const layout = luciaLayout(given) as SqlLayout<never, never>
  const activePeriod = expiresIn.activePeriod ?? periods.activePeriod
  const idlePeriod = expiresIn.idlePeriod ?? periods.idlePeriod
  const time = known[(names['time'] as TimeType | undefined) ?? defaultTime]!
  const sessions: LuciaSessions = {
    table: names['table'] ?? table,
    id: names['id'] ?? 'id',
    userId: names['userId'] ?? 'user_id',
    activeExpires: nameOf('activeExpires'),
    idleExpires: (nameOf('expiresAt') ?? nameOf('idleExpires') ?? nameOf('renewedAt'))!,
    time: version.isRenewal ? laterBy(time, activePeriod + idlePeriod) : time,
    secretHash: version.secretHash
      ? { column: names['secretHash'] ?? version.secretHash, read: hexIn(driver.dialect) }
      : undefined,
    attributes: resolvedAttributes(`${call}(): session`, undefined, session.columns ?? {}),
  }
  const resolved = resolvedLayout(driver.dialect, layout)
  if (sessions.table === resolved.session.table) {
    throw new AuthError('AUTH_CONFIG', sameTable(call, sessions.table))
  }
  return {
    call,
    layout,
    resolved,
    sessions: given.session === null ? null : sessions,
    keys:
      given.key === null || !keys
        ? null
        : { table: key.table ?? keys.table, userId: key.userId ?? keys.userId },
    periods: { activePeriod, idlePeriod },
    cookieName: given.sessionCookie?.name ?? version.cookieName ?? COOKIE_NAME,
    sessionCookie: given.sessionCookie ?? {},
  }
}

/**
 * The layout of the app's users and of the new table of sessions, for `migrate()` and `migrations()`.
 *
 * @param options What `luciaV3()` or `luciaV2()` is given.
 * @returns The layout, with the names and types of the options.
 *
 * @example
 * const layout = luciaLayout({ user: { table: 'auth_user', columns: { name: 'text' } } })
 * layout.user
 * // { table: 'auth_user', columns: { name: 'text' } }
 */
export function luciaLayout(options: LuciaLayoutOptions): SqlLayout {
  const { columns = {}, attributes, table = 'user', ...names } = options.user ?? {}
  const stored = attributes === undefined ? { columns } : { attributes }
  const user = { table, ...names, ...stored } as SqlLayout['user']
  return { user, session: { ...options.limenSession } }
}
