/**
 * The tables of the default layout for Kysely: to query sessions and users beside your own tables.
 *
 * @module
 */
import type { ColumnType } from 'kysely'
import type { ClientTypes, SqlDialect } from './dialects/index.ts'

/** A whole number, such as milliseconds since the epoch. Clients of PostgreSQL return a `bigint` as text by default. */
export type LimenTime<Dialect extends SqlDialect> = ClientTypes[Dialect]['time'] extends 'number'
  ? number
  : ColumnType<number | string, number | string>

/** Attributes. They are written as JSON text; clients of SQLite return that text, all others parse it. */
export type LimenJson<
  Dialect extends SqlDialect,
  Attributes,
> = ClientTypes[Dialect]['json'] extends 'text' ? string : ColumnType<Attributes, string>

/** A user. */
export interface LimenUserTable<Dialect extends SqlDialect, Attributes> {
  /** The user's id. */
  id: string
  /** What the app stores with the user. */
  attributes: LimenJson<Dialect, Attributes>
}

/** A session. */
export interface LimenSessionTable<Dialect extends SqlDialect, Attributes> {
  /** Public: it can be listed and logged. */
  id: string
  /** The id of the session's user. */
  user_id: string
  /** SHA-256 of the token's secret, base64url. */
  secret_hash: string
  /** When it was created. */
  created_at: LimenTime<Dialect>
  /** From this time on it is idle. */
  active_expires_at: LimenTime<Dialect>
  /** From this time on it is expired. */
  idle_expires_at: LimenTime<Dialect>
  /** What the app stores with the session. */
  attributes: LimenJson<Dialect, Attributes>
}

/** A ticket. */
export interface LimenTicketTable<Dialect extends SqlDialect> {
  /** SHA-256 of the token and the purpose, base64url. */
  id: string
  /** SHA-256 of the code, the token and the purpose, base64url; empty for a ticket without a code. */
  code_hash: string
  /** How many codes can still be tried. */
  attempts_left: LimenTime<Dialect>
  /** From this time on it is expired. */
  expires_at: LimenTime<Dialect>
  /** JSON text. */
  data: string
}

/**
 * The tables of Limen: extend your database with it.
 *
 * `interface Database extends LimenDatabase<'postgres', { name: string }> { post: PostTable }`
 */
export interface LimenDatabase<
  Dialect extends SqlDialect,
  UserAttributes = unknown,
  SessionAttributes = unknown,
> {
  /** Users. */
  limen_user: LimenUserTable<Dialect, UserAttributes>
  /** Sessions. */
  limen_session: LimenSessionTable<Dialect, SessionAttributes>
  /** Tickets. */
  limen_ticket: LimenTicketTable<Dialect>
}
