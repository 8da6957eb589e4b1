/** The tables and indexes that the store needs, as statements. */
import { checkDialect } from './checks.ts'
import type { ColumnTypes, Dialect } from './dialects/dialect.ts'
import { type SqlDialect, dialects } from './dialects/index.ts'
import type { SqlLayout } from './layout.ts'
import { namesIn } from './names.ts'
import { TICKET_COLUMNS } from './ticket-columns.ts'
import {
  type ResolvedAttributes,
  type ResolvedLayout,
  nameOfIndex,
  resolvedLayout,
} from './resolved-layout.ts'

/**
 * The statements that create the tables and indexes of a layout, for your own migration tool. Each
 * does nothing where its table or index exists. With columns for the user's attributes, the user
 * table is your own, and only the tables of sessions and tickets are created. The folder `migrations` of this package
 * has the same statements for the default layout.
 *
 * @param dialect The engine's dialect.
 * @param layout The layout that `sqlStore` is given.
 * @returns The statements in order, without semicolons.
 * @throws {AuthError} `AUTH_CONFIG` when the layout can never work.
 *
 * @example
 * migrations('postgres').length
 * // 6
 */
export function migrations<UserAttributes = object, SessionAttributes = object>(
  dialect: SqlDialect,
  layout?: SqlLayout<UserAttributes, SessionAttributes>,
): readonly string[] {
  checkDialect('migrations(): dialect', dialect)
  const needs = schemaOf(resolvedLayout(dialect, layout), dialects[dialect])
  return needs.map(({ statement }) => statement)
}

/** A statement, and what it creates: a table, or an index on it. */
interface Need {
  readonly table: string
  readonly index?: string
  readonly statement: string
}

/** The statements of a layout, each with what it creates. */
export function schemaOf(layout: ResolvedLayout, dialect: Dialect): readonly Need[] {
  const { user, session, ticket } = layout
  const { keysInTable, types } = dialect.schema
  const names = namesIn(dialect)
  const idType = user.idType ?? types.id
  const reference = `references ${names.table(user.table)} (${names.column(user.id)}) on delete cascade`
  const indexes = indexesOf(
    session.table,
    {
      user: [names.column(session.userId), names.column(session.createdAt)],
      expiry: [names.column(session.idlePeriodExpiresAt)],
    },
    dialect,
  )
  const ticketIndexes = indexesOf(ticket.table, { expiry: [TICKET_COLUMNS.expiresAt] }, dialect)

  const userColumns = [
    `${names.column(user.id)} ${idType} primary key`,
    ...attributeColumns(user.attributes, dialect),
  ]
  const sessionColumns = [
    `${names.column(session.id)} ${types.id} primary key`,
    `${names.column(session.userId)} ${idType} not null${keysInTable ? '' : ` ${reference}`}`,
    `${names.column(session.secretHash)} ${types.hash} not null`,
    `${names.column(session.createdAt)} ${types.time} not null`,
    `${names.column(session.activePeriodExpiresAt)} ${types.time} not null`,
    `${names.column(session.idlePeriodExpiresAt)} ${types.time} not null`,
    ...attributeColumns(session.attributes, dialect),
  ]
  const ticketColumns = [
    `${TICKET_COLUMNS.id} ${types.id} primary key`,
    `${TICKET_COLUMNS.codeHash} ${types.hash} not null`,
    `${TICKET_COLUMNS.attemptsLeft} ${types.integer} not null`,
    `${TICKET_COLUMNS.expiresAt} ${types.time} not null`,
    // Text: the engines' own types of JSON change numbers and the order of keys.
    `${TICKET_COLUMNS.data} ${types.text} not null`,
  ]
  const keys = [
    ...indexes.map(({ inTable }) => inTable),
    `foreign key (${names.column(session.userId)}) ${reference}`,
  ]
  const created = (table: string, columns: readonly string[]): Need => ({
    table,
    statement: `create table if not exists ${names.table(table)} (\n  ${columns.join(',\n  ')}\n)${dialect.schema.tableOptions}`,
  })
  return [
    ...(user.attributes.columns ? [] : [created(user.table, userColumns)]),
    created(session.table, keysInTable ? [...sessionColumns, ...keys] : sessionColumns),
    ...(keysInTable ? [] : indexes.map(({ need }) => need)),
    created(
      ticket.table,
      keysInTable
        ? [...ticketColumns, ...ticketIndexes.map(({ inTable }) => inTable)]
        : ticketColumns,
    ),
    ...(keysInTable ? [] : ticketIndexes.map(({ need }) => need)),
  ]
}

function attributeColumns(attributes: ResolvedAttributes, dialect: Dialect): readonly string[] {
  const { jsonCheck, types } = dialect.schema
  const { column } = namesIn(dialect)
  const typed = (name: string, type: keyof ColumnTypes, isRequired: boolean) =>
    `${column(name)} ${types[type]}${isRequired ? ' not null' : ''}${type === 'json' ? jsonCheck(column(name)) : ''}`
  return attributes.columns
    ? attributes.columns.map(({ name, type }) => typed(name, type, false))
    : [typed(attributes.json, 'json', true)]
}

/** The indexes of a table, each with its columns as they are written. */
function indexesOf(
  table: string,
  indexes: { readonly [Name in 'user' | 'expiry']?: readonly string[] },
  dialect: Dialect,
) {
  const names = namesIn(dialect)
  return Object.entries(indexes).map(([name, on]) => {
    const index = nameOfIndex(table, name as keyof typeof indexes)
    const columns = `(${on.join(', ')})`
    const statement = `create index if not exists ${names.column(index)} on ${names.table(table)} ${columns}`
    const inTable = `index ${names.column(index)} ${columns}`
    return { inTable, need: { table, index, statement } }
  })
}
