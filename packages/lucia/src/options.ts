/** The options of `luciaV2()` and `luciaV3()`: what Lucia's tables and cookie are like. */
import type { SessionCookieOptions } from '@limen/core'
import type { AttributeColumns, UserLayout } from '@limen/sql'
import type { TimeType } from './time-types.ts'

/** What both versions take. */
export interface LuciaOptions<UserAttributes> {
  /**
   * The table of users: names, the type of the id, and a column for each attribute. Default: the table
   * `user` with the column `id`, and no attributes.
   */
  readonly user?: UserLayout<UserAttributes> | undefined
  /** The new table of sessions, which `upgrade: true` needs. Default: `limen_session`. */
  readonly limenSession?: { readonly table?: string | undefined } | undefined
  /** Lucia's cookie, as Lucia is configured. Default: the name `auth_session`, with `Path=/`. */
  readonly sessionCookie?: Pick<SessionCookieOptions, 'name' | 'expires' | 'attributes'> | undefined
  /**
   * How long Lucia's sessions live, in milliseconds. Default: Lucia's own. In version 3, each period is
   * half of its `sessionExpiresIn`.
   */
  readonly sessionExpiresIn?:
    | { readonly activePeriod?: number | undefined; readonly idlePeriod?: number | undefined }
    | undefined
}

/** What the tables of sessions of both versions have. */
export interface LuciaSessionTable<SessionAttributes> {
  /** The table's name. */
  readonly table?: string | undefined
  /** The column of the id, which is the token. Default: `id`. */
  readonly id?: string | undefined
  /** The column of the user's id. Default: `user_id`. */
  readonly userId?: string | undefined
  /** How times are stored. */
  readonly time?: TimeType | undefined
  /** A column for each attribute. Default: there is none. */
  readonly columns?: AttributeColumns<SessionAttributes> | undefined
}

/** The table of sessions of version 3. Its default name is `session`. */
export interface LuciaV3SessionTable<
  SessionAttributes,
> extends LuciaSessionTable<SessionAttributes> {
  /** The column of the time at which the session expires. Default: `expires_at`. */
  readonly expiresAt?: string | undefined
}

/** The table of sessions of version 2. Its default name is `user_session`. */
export interface LuciaV2SessionTable<
  SessionAttributes,
> extends LuciaSessionTable<SessionAttributes> {
  /** The column of the end of the active period. Default: `active_expires`. */
  readonly activeExpires?: string | undefined
  /** The column of the end of the idle period. Default: `idle_expires`. */
  readonly idleExpires?: string | undefined
}

/** The table of keys of version 2: `deleteUser()` deletes those of the user. */
export interface LuciaKeyTable {
  /** The table's name. Default: `user_key`. */
  readonly table?: string | undefined
  /** The column of the user's id. Default: `user_id`. */
  readonly userId?: string | undefined
}

/** Options of `luciaV3()`. */
export interface LuciaV3Options<
  UserAttributes,
  SessionAttributes,
  Upgrade extends boolean,
> extends LuciaOptions<UserAttributes> {
  /** The table of sessions; `null` after it was dropped. */
  readonly session?: LuciaV3SessionTable<SessionAttributes> | null | undefined
  /** `false`: Lucia's sessions and cookies. `true`: Limen's, which take their place. */
  readonly upgrade: Upgrade
}

/** Options of `luciaV2()`. */
export interface LuciaV2Options<
  UserAttributes,
  SessionAttributes,
  Upgrade extends boolean,
> extends LuciaOptions<UserAttributes> {
  /** The table of sessions; `null` after it was dropped. */
  readonly session?: LuciaV2SessionTable<SessionAttributes> | null | undefined
  /** The table of keys; `null` where there is none. */
  readonly key?: LuciaKeyTable | null | undefined
  /** `false`: Lucia's sessions and cookies. `true`: Limen's, which take their place. */
  readonly upgrade: Upgrade
}
