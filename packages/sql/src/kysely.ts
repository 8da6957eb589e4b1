/**
 * The tables of the default layout for Kysely: to query sessions and users beside your own tables.
 *
 * @module
 */
import type { ColumnType } from 'kysely'
import type { SqlDialect } from './driver.ts'

/** Milliseconds since the epoch. Clients of PostgreSQL give a `bigint` as text, unless told otherwise. */
export type LimenTime<Dialect extends SqlDialect> = Dialect extends 'postgres'
  ? ColumnType<number | string, number | string>
  : number

/** Attributes: SQLite gives them as JSON text, the others as what the JSON says. All are given JSON text. */
export type LimenJson<Dialect extends SqlDialect, Attributes> = Dialect extends 'sqlite'
  ? string
  : ColumnType<Attributes, string>

/** A user. */
export interface LimenUserTable<Dialect extends SqlDialect, Attributes> {
  /** The user's id. */
  id: string
  /** What the app keeps with the user. */
  attributes: LimenJson<Dialect, Attributes>
}

/** A session. */
export interface LimenSessionTable<Dialect extends SqlDialect, Attributes> {
  /** Public: it may be listed and logged. */
  id: string
  /** Whose session it is. */
  user_id: string
  /** SHA-256 of the token's secret, base64url. */
  secret_hash: string
  /** When it was created. */
  created_at: LimenTime<Dialect>
  /** From here on it is idle. */
  active_expires_at: LimenTime<Dialect>
  /** From here on it is dead. */
  idle_expires_at: LimenTime<Dialect>
  /** What the app keeps with the session. */
  attributes: LimenJson<Dialect, Attributes>
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
}
