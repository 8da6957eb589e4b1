/** The tables of the default layout in MySQL and MariaDB, for Drizzle. */
import type { $Type, BuildColumns, IsPrimaryKey, NotNull } from 'drizzle-orm'
import {
  type AnyMySqlColumn,
  type ConvertCustomConfig,
  type MySqlBigInt53BuilderInitial,
  type MySqlCustomColumnBuilder,
  type MySqlJsonBuilderInitial,
  type MySqlTableWithColumns,
  bigint,
  customType,
  index,
  json,
  mysqlTable,
} from 'drizzle-orm/mysql-core'
import { dialects } from '../dialects/index.ts'

type Plain = { data: string; driverData: string }
type Text<Name extends string> = NotNull<MySqlCustomColumnBuilder<ConvertCustomConfig<Name, Plain>>>
type Time<Name extends string> = NotNull<MySqlBigInt53BuilderInitial<Name>>
type Json<Name extends string, Value> = NotNull<$Type<MySqlJsonBuilderInitial<Name>, Value>>

/** The columns of users. */
export type MysqlUserColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  attributes: Json<'attributes', Attributes>
}

/** The columns of sessions. Times are milliseconds since the epoch. */
export type MysqlSessionColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  userId: Text<'user_id'>
  secretHash: Text<'secret_hash'>
  createdAt: Time<'created_at'>
  activePeriodExpiresAt: Time<'active_expires_at'>
  idlePeriodExpiresAt: Time<'idle_expires_at'>
  attributes: Json<'attributes', Attributes>
}

/** The columns of sessions whose users are in a table of your own. */
export type MysqlOwnSessionColumns<Id, Attributes> = Omit<
  MysqlSessionColumns<Attributes>,
  'userId'
> & {
  userId: NotNull<
    MySqlCustomColumnBuilder<ConvertCustomConfig<'user_id', { data: Id; driverData: unknown }>>
  >
}

/** The table of sessions whose users are in a table of your own. */
export type MysqlSessionTable<Id, Attributes> = MySqlTableWithColumns<{
  name: 'limen_session'
  schema: undefined
  columns: BuildColumns<'limen_session', MysqlOwnSessionColumns<Id, Attributes>, 'mysql'>
  dialect: 'mysql'
}>

/** The columns of tickets. Times are milliseconds since the epoch. */
export type MysqlTicketColumns = {
  id: IsPrimaryKey<Text<'id'>>
  codeHash: Text<'code_hash'>
  attemptsLeft: Time<'attempts_left'>
  expiresAt: Time<'expires_at'>
  /** JSON. */
  data: Text<'data'>
}

/** The table of tickets. */
export type MysqlTicketTable = MySqlTableWithColumns<{
  name: 'limen_ticket'
  schema: undefined
  columns: BuildColumns<'limen_ticket', MysqlTicketColumns, 'mysql'>
  dialect: 'mysql'
}>

/** The tables in MySQL and MariaDB. */
export interface MysqlTables<UserAttributes, SessionAttributes> {
  /** Users. */
  readonly limenUser: MySqlTableWithColumns<{
    name: 'limen_user'
    schema: undefined
    columns: BuildColumns<'limen_user', MysqlUserColumns<UserAttributes>, 'mysql'>
    dialect: 'mysql'
  }>
  /** Sessions. */
  readonly limenSession: MySqlTableWithColumns<{
    name: 'limen_session'
    schema: undefined
    columns: BuildColumns<'limen_session', MysqlSessionColumns<SessionAttributes>, 'mysql'>
    dialect: 'mysql'
  }>
  /** Tickets. */
  readonly limenTicket: MysqlTicketTable
}

/**
 * The tables in MySQL or MariaDB.
 *
 * @param dialect Which of the two it is: their bytewise collations differ.
 * @returns The tables, to be exported from your schema.
 *
 * @example
 * const { limenUser, limenSession, limenTicket } = mysqlTables<{ name: string }, { device: string }>('mysql')
 */
export function mysqlTables<UserAttributes = unknown, SessionAttributes = unknown>(
  dialect: 'mysql' | 'mariadb',
): MysqlTables<UserAttributes, SessionAttributes> {
  const text = textOf(dialect)
  const limenUser = mysqlTable('limen_user', {
    id: text('id').primaryKey(),
    attributes: json('attributes').$type<UserAttributes>().notNull(),
  })
  const limenSession = mysqlTable(
    'limen_session',
    {
      id: text('id').primaryKey(),
      userId: text('user_id')
        .notNull()
        .references(() => limenUser.id, { onDelete: 'cascade' }),
      ...others<SessionAttributes>(dialect),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
  return { limenUser, limenSession, limenTicket: mysqlTicketTable(dialect) }
}

/**
 * The table of sessions in MySQL or MariaDB beside your own table of users, for `drizzle-kit`: it
 * creates both, and drops neither. The layout of the store has `columns` for that table of users.
 *
 * @param dialect Which of the two it is: their bytewise collations differ.
 * @param id The column of the id in your table of users.
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenSession = mysqlSessionTable<typeof users.id, { device: string }>('mysql', users.id)
 */
export function mysqlSessionTable<Id extends AnyMySqlColumn, SessionAttributes = unknown>(
  dialect: 'mysql' | 'mariadb',
  id: Id,
): MysqlSessionTable<Id['_']['data'], SessionAttributes> {
  const userId = customType<{ data: Id['_']['data']; driverData: unknown }>({
    dataType: () => id.getSQLType().replace(/^serial$/, 'bigint unsigned'),
    toDriver: (value) => id.mapToDriverValue(value),
    fromDriver: (value) => id.mapFromDriverValue(value),
  })
  return mysqlTable(
    'limen_session',
    {
      id: textOf(dialect)('id').primaryKey(),
      userId: userId('user_id')
        .notNull()
        .references(() => id, { onDelete: 'cascade' }),
      ...others<SessionAttributes>(dialect),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
}

/**
 * The table of tickets in MySQL or MariaDB, for `drizzle-kit`: needed beside your own table of users.
 *
 * @param dialect Which of the two it is: their bytewise collations differ.
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenTicket = mysqlTicketTable('mysql')
 */
export function mysqlTicketTable(dialect: 'mysql' | 'mariadb'): MysqlTicketTable {
  return mysqlTable(
    'limen_ticket',
    {
      id: textOf(dialect)('id').primaryKey(),
      codeHash: textOf(dialect, 'hash')('code_hash').notNull(),
      attemptsLeft: bigint('attempts_left', { mode: 'number' }).notNull(),
      expiresAt: bigint('expires_at', { mode: 'number' }).notNull(),
      data: textOf(dialect, 'text')('data').notNull(),
    },
    (ticket) => [index('limen_ticket_expiry').on(ticket.expiresAt)],
  )
}

function textOf(dialect: 'mysql' | 'mariadb', type: 'id' | 'hash' | 'text' = 'id') {
  return customType<Plain>({ dataType: () => dialects[dialect].schema.types[type] })
}

/** The columns of sessions, except their id and their user's. */
function others<Attributes>(dialect: 'mysql' | 'mariadb') {
  const time = { mode: 'number' } as const
  return {
    secretHash: textOf(dialect, 'hash')('secret_hash').notNull(),
    createdAt: bigint('created_at', time).notNull(),
    activePeriodExpiresAt: bigint('active_expires_at', time).notNull(),
    idlePeriodExpiresAt: bigint('idle_expires_at', time).notNull(),
    attributes: json('attributes').$type<Attributes>().notNull(),
  }
}
