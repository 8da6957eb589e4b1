/** The tables of the default layout in SQLite, for Drizzle. */
import type { $Type, BuildColumns, IsPrimaryKey, NotNull } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  type ConvertCustomConfig,
  type SQLiteCustomColumnBuilder,
  type SQLiteIntegerBuilderInitial,
  type SQLiteTableWithColumns,
  type SQLiteTextBuilderInitial,
  type SQLiteTextJsonBuilderInitial,
  customType,
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

/** The columns of sessions whose users are in a table of your own. */
export type SqliteOwnSessionColumns<Id, Attributes> = Omit<
  SqliteSessionColumns<Attributes>,
  'userId'
> & {
  userId: NotNull<
    SQLiteCustomColumnBuilder<ConvertCustomConfig<'user_id', { data: Id; driverData: unknown }>>
  >
}

/** The table of sessions whose users are in a table of your own. */
export type SqliteSessionTable<Id, Attributes> = SQLiteTableWithColumns<{
  name: 'limen_session'
  schema: undefined
  columns: BuildColumns<'limen_session', SqliteOwnSessionColumns<Id, Attributes>, 'sqlite'>
  dialect: 'sqlite'
}>

/** The columns of tickets. Times are milliseconds since the epoch. */
export type SqliteTicketColumns = {
  id: IsPrimaryKey<Text<'id'>>
  codeHash: Text<'code_hash'>
  attemptsLeft: Time<'attempts_left'>
  expiresAt: Time<'expires_at'>
  /** JSON. */
  data: Text<'data'>
}

/** The table of tickets. */
export type SqliteTicketTable = SQLiteTableWithColumns<{
  name: 'limen_ticket'
  schema: undefined
  columns: BuildColumns<'limen_ticket', SqliteTicketColumns, 'sqlite'>
  dialect: 'sqlite'
}>

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
  /** Tickets. */
  readonly limenTicket: SqliteTicketTable
}

/**
 * The tables in SQLite, D1 included.
 *
 * @returns The tables, to be exported from your schema.
 *
 * @example
 * const { limenUser, limenSession, limenTicket } = sqliteTables<{ name: string }, { device: string }>()
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
      ...others<SessionAttributes>(),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
  return { limenUser, limenSession, limenTicket: sqliteTicketTable() }
}

/**
 * The table of sessions in SQLite, D1 included, beside your own table of users, for `drizzle-kit`: it
 * creates both, and drops neither. The layout of the store has `columns` for that table of users.
 *
 * @param id The column of the id in your table of users.
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenSession = sqliteSessionTable<typeof users.id, { device: string }>(users.id)
 */
export function sqliteSessionTable<Id extends AnySQLiteColumn, SessionAttributes = unknown>(
  id: Id,
): SqliteSessionTable<Id['_']['data'], SessionAttributes> {
  const userId = customType<{ data: Id['_']['data']; driverData: unknown }>({
    dataType: () => id.getSQLType(),
    toDriver: (value) => id.mapToDriverValue(value),
    fromDriver: (value) => id.mapFromDriverValue(value),
  })
  return sqliteTable(
    'limen_session',
    {
      id: text('id').primaryKey(),
      userId: userId('user_id')
        .notNull()
        .references(() => id, { onDelete: 'cascade' }),
      ...others<SessionAttributes>(),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
}

/**
 * The table of tickets in SQLite, D1 included, for `drizzle-kit`: needed beside your own table of users.
 *
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenTicket = sqliteTicketTable()
 */
export function sqliteTicketTable(): SqliteTicketTable {
  return sqliteTable(
    'limen_ticket',
    {
      id: text('id').primaryKey(),
      codeHash: text('code_hash').notNull(),
      attemptsLeft: integer('attempts_left').notNull(),
      expiresAt: integer('expires_at').notNull(),
      data: text('data').notNull(),
    },
    (ticket) => [index('limen_ticket_expiry').on(ticket.expiresAt)],
  )
}

/** The columns of sessions, except their id and their user's. */
function others<Attributes>() {
  return {
    secretHash: text('secret_hash').notNull(),
    createdAt: integer('created_at').notNull(),
    activePeriodExpiresAt: integer('active_expires_at').notNull(),
    idlePeriodExpiresAt: integer('idle_expires_at').notNull(),
    attributes: text('attributes', { mode: 'json' }).$type<Attributes>().notNull(),
  }
}
