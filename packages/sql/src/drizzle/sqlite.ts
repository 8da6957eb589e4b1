/** The tables of the default layout in SQLite, for Drizzle. */
import type { $Type, BuildColumns, IsPrimaryKey, NotNull } from 'drizzle-orm'
import {
  type SQLiteIntegerBuilderInitial,
  type SQLiteTableWithColumns,
  type SQLiteTextBuilderInitial,
  type SQLiteTextJsonBuilderInitial,
  index,
  integer,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'

type Text<Name extends string> = NotNull<
  SQLiteTextBuilderInitial<Name, [string, ...string[]], number | undefined>
>
type Time<Name extends string> = NotNull<SQLiteIntegerBuilderInitial<Name>>
type Json<Name extends string, Value> = NotNull<$Type<SQLiteTextJsonBuilderInitial<Name>, Value>>

/** The columns of users. */
export type SqliteUserColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  attributes: Json<'attributes', Attributes>
}

/** The columns of sessions. Times are milliseconds since the epoch. */
export type SqliteSessionColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  userId: Text<'user_id'>
  secretHash: Text<'secret_hash'>
  createdAt: Time<'created_at'>
  activePeriodExpiresAt: Time<'active_expires_at'>
  idlePeriodExpiresAt: Time<'idle_expires_at'>
  attributes: Json<'attributes', Attributes>
}

/** The tables in SQLite. */
export interface SqliteTables<UserAttributes, SessionAttributes> {
  /** Users. */
  readonly limenUser: SQLiteTableWithColumns<{
    name: 'limen_user'
    schema: undefined
    columns: BuildColumns<'limen_user', SqliteUserColumns<UserAttributes>, 'sqlite'>
    dialect: 'sqlite'
  }>
  /** Sessions. */
  readonly limenSession: SQLiteTableWithColumns<{
    name: 'limen_session'
    schema: undefined
    columns: BuildColumns<'limen_session', SqliteSessionColumns<SessionAttributes>, 'sqlite'>
    dialect: 'sqlite'
  }>
}

/**
 * The tables in SQLite, D1 included.
 *
 * @returns The tables, to be exported from your schema.
 *
 * @example
 * const { limenUser, limenSession } = sqliteTables<{ name: string }, { device: string }>()
 */
export function sqliteTables<UserAttributes = unknown, SessionAttributes = unknown>(): SqliteTables<
  UserAttributes,
  SessionAttributes
> {
  const limenUser = sqliteTable('limen_user', {
    id: text('id').primaryKey(),
    attributes: text('attributes', { mode: 'json' }).$type<UserAttributes>().notNull(),
  })
  const limenSession = sqliteTable(
    'limen_session',
    {
      id: text('id').primaryKey(),
      userId: text('user_id')
        .notNull()
        .references(() => limenUser.id, { onDelete: 'cascade' }),
      secretHash: text('secret_hash').notNull(),
      createdAt: integer('created_at').notNull(),
      activePeriodExpiresAt: integer('active_expires_at').notNull(),
      idlePeriodExpiresAt: integer('idle_expires_at').notNull(),
      attributes: text('attributes', { mode: 'json' }).$type<SessionAttributes>().notNull(),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
  return { limenUser, limenSession }
}
