/** The tables of the default layout in PostgreSQL, for Drizzle. */
import type { $Type, BuildColumns, IsPrimaryKey, NotNull } from 'drizzle-orm'
import {
  type AnyPgColumn,
  type ConvertCustomConfig,
  type PgBigInt53BuilderInitial,
  type PgCustomColumnBuilder,
  type PgJsonbBuilderInitial,
  type PgTableWithColumns,
  type PgTextBuilderInitial,
  bigint,
  customType,
  index,
  jsonb,
  pgTable,
  text,
} from 'drizzle-orm/pg-core'

type Text<Name extends string> = NotNull<PgTextBuilderInitial<Name, [string, ...string[]]>>
type Time<Name extends string> = NotNull<PgBigInt53BuilderInitial<Name>>
type Json<Name extends string, Value> = NotNull<$Type<PgJsonbBuilderInitial<Name>, Value>>

/** The columns of users. */
export type PgUserColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  attributes: Json<'attributes', Attributes>
}

/** The columns of sessions. Times are milliseconds since the epoch. */
export type PgSessionColumns<Attributes> = {
  id: IsPrimaryKey<Text<'id'>>
  userId: Text<'user_id'>
  secretHash: Text<'secret_hash'>
  createdAt: Time<'created_at'>
  activePeriodExpiresAt: Time<'active_expires_at'>
  idlePeriodExpiresAt: Time<'idle_expires_at'>
  attributes: Json<'attributes', Attributes>
}

/** The columns of sessions whose users are in a table of your own. */
export type PgOwnSessionColumns<Id, Attributes> = Omit<PgSessionColumns<Attributes>, 'userId'> & {
  userId: NotNull<
    PgCustomColumnBuilder<ConvertCustomConfig<'user_id', { data: Id; driverData: unknown }>>
  >
}

/** The table of sessions whose users are in a table of your own. */
export type PgSessionTable<Id, Attributes> = PgTableWithColumns<{
  name: 'limen_session'
  schema: undefined
  columns: BuildColumns<'limen_session', PgOwnSessionColumns<Id, Attributes>, 'pg'>
  dialect: 'pg'
}>

/** The columns of tickets. Times are milliseconds since the epoch. */
export type PgTicketColumns = {
  id: IsPrimaryKey<Text<'id'>>
  codeHash: Text<'code_hash'>
  attemptsLeft: Time<'attempts_left'>
  expiresAt: Time<'expires_at'>
  /** JSON. */
  data: Text<'data'>
}

/** The table of tickets. */
export type PgTicketTable = PgTableWithColumns<{
  name: 'limen_ticket'
  schema: undefined
  columns: BuildColumns<'limen_ticket', PgTicketColumns, 'pg'>
  dialect: 'pg'
}>

/** The tables in PostgreSQL. */
export interface PgTables<UserAttributes, SessionAttributes> {
  /** Users. */
  readonly limenUser: PgTableWithColumns<{
    name: 'limen_user'
    schema: undefined
    columns: BuildColumns<'limen_user', PgUserColumns<UserAttributes>, 'pg'>
    dialect: 'pg'
  }>
  /** Sessions. */
  readonly limenSession: PgTableWithColumns<{
    name: 'limen_session'
    schema: undefined
    columns: BuildColumns<'limen_session', PgSessionColumns<SessionAttributes>, 'pg'>
    dialect: 'pg'
  }>
  /** Tickets. */
  readonly limenTicket: PgTicketTable
}

/**
 * The tables in PostgreSQL.
 *
 * @returns The tables, to be exported from your schema.
 *
 * @example
 * const { limenUser, limenSession, limenTicket } = pgTables<{ name: string }, { device: string }>()
 */
export function pgTables<UserAttributes = unknown, SessionAttributes = unknown>(): PgTables<
  UserAttributes,
  SessionAttributes
> {
  const limenUser = pgTable('limen_user', {
    id: text('id').primaryKey(),
    attributes: jsonb('attributes').$type<UserAttributes>().notNull(),
  })
  const limenSession = pgTable(
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
  return { limenUser, limenSession, limenTicket: pgTicketTable() }
}

/**
 * The table of sessions in PostgreSQL beside your own table of users, for `drizzle-kit`: it creates
 * both, and drops neither. The layout of the store has `columns` for that table of users.
 *
 * @param id The column of the id in your table of users.
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenSession = pgSessionTable<typeof users.id, { device: string }>(users.id)
 */
export function pgSessionTable<Id extends AnyPgColumn, SessionAttributes = unknown>(
  id: Id,
): PgSessionTable<Id['_']['data'], SessionAttributes> {
  const userId = customType<{ data: Id['_']['data']; driverData: unknown }>({
    dataType: () =>
      id
        .getSQLType()
        .replace(/^(big|small)?serial$/, (_, size = '') => (size ? `${size}int` : 'integer')),
    toDriver: (value) => id.mapToDriverValue(value),
    fromDriver: (value) => id.mapFromDriverValue(value),
  })
  return pgTable(
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
 * The table of tickets in PostgreSQL, for `drizzle-kit`: needed beside your own table of users.
 *
 * @returns The table, to be exported from your schema.
 *
 * @example
 * const limenTicket = pgTicketTable()
 */
export function pgTicketTable(): PgTicketTable {
  return pgTable(
    'limen_ticket',
    {
      id: text('id').primaryKey(),
      codeHash: text('code_hash').notNull(),
      attemptsLeft: bigint('attempts_left', { mode: 'number' }).notNull(),
      expiresAt: bigint('expires_at', { mode: 'number' }).notNull(),
      data: text('data').notNull(),
    },
    (ticket) => [index('limen_ticket_expiry').on(ticket.expiresAt)],
  )
}

/** The columns of sessions, except their id and their user's. */
function others<Attributes>() {
  const time = { mode: 'number' } as const
  return {
    secretHash: text('secret_hash').notNull(),
    createdAt: bigint('created_at', time).notNull(),
    activePeriodExpiresAt: bigint('active_expires_at', time).notNull(),
    idlePeriodExpiresAt: bigint('idle_expires_at', time).notNull(),
    attributes: jsonb('attributes').$type<Attributes>().notNull(),
  }
}
