/** The tables of the default layout in MySQL and MariaDB, for Drizzle. */
import type { $Type, BuildColumns, IsPrimaryKey, NotNull } from 'drizzle-orm'
import {
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
import { columnTypes } from '../column-types.ts'

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
}

/**
 * The tables in MySQL or MariaDB.
 *
 * @param dialect Which of the two it is: their bytewise collations differ.
 * @returns The tables, to be exported from your schema.
 *
 * @example
 * const { limenUser, limenSession } = mysqlTables<{ name: string }, { device: string }>('mysql')
 */
export function mysqlTables<UserAttributes = unknown, SessionAttributes = unknown>(
  dialect: 'mysql' | 'mariadb',
): MysqlTables<UserAttributes, SessionAttributes> {
  const types = columnTypes[dialect]
  const id = customType<Plain>({ dataType: () => types.id })
  const hash = customType<Plain>({ dataType: () => types.hash })
  const time = { mode: 'number' } as const
  const limenUser = mysqlTable('limen_user', {
    id: id('id').primaryKey(),
    attributes: json('attributes').$type<UserAttributes>().notNull(),
  })
  const limenSession = mysqlTable(
    'limen_session',
    {
      id: id('id').primaryKey(),
      userId: id('user_id')
        .notNull()
        .references(() => limenUser.id, { onDelete: 'cascade' }),
      secretHash: hash('secret_hash').notNull(),
      createdAt: bigint('created_at', time).notNull(),
      activePeriodExpiresAt: bigint('active_expires_at', time).notNull(),
      idlePeriodExpiresAt: bigint('idle_expires_at', time).notNull(),
      attributes: json('attributes').$type<SessionAttributes>().notNull(),
    },
    (session) => [
      index('limen_session_user').on(session.userId, session.createdAt),
      index('limen_session_expiry').on(session.idlePeriodExpiresAt),
    ],
  )
  return { limenUser, limenSession }
}
