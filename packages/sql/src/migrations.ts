/** The tables and indexes that the store needs, as statements. */
import { checkDialect } from './checks.ts'
import type { ColumnTypes, Dialect } from './dialects/dialect.ts'
import { type SqlDialect, dialects } from './dialects/index.ts'
import type { SqlLayout } from './layout.ts'
import { namesIn } from './names.ts'
import {
  type ResolvedAttributes,
  type ResolvedLayout,
  nameOfIndex,
  resolvedLayout,
} from './resolved-layout.ts'

/**
 * The statements that create the tables and indexes of a layout, for your own migration tool. Each
 * does nothing where its table or index exists. With columns for the user's attributes, the user
 * table is your own, and only the session table is created. The folder `migrations` of this package
 * has the same statements for the default layout.
 *
 * @param dialect The engine's dialect.
 * @param layout The layout that `sqlStore` is given.
 * @returns The statements in order, without semicolons.
 * @throws {AuthError} `AUTH_CONFIG` when the layout can never work.
 *
 * @example
 * migrations('postgres').length
 * // 4
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
  const { user, session } = layout
  const { keysInTable, types } = dialect.schema
  const names = namesIn(dialect)
  const idType = user.idType ?? types.id
  const reference = `references ${names.table(user.table)} (${names.column(user.id)}) on delete cascade`
  const indexes = indexesOf(layout, dialect)

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
  const keys = [
    ...indexes.map(({ index, columns }) => `index ${names.column(index)} ${columns}`),
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

function indexesOf({ session }: ResolvedLayout, dialect: Dialect) {
  const names = namesIn(dialect)
  const { table } = session
  return [
    { name: 'user', on: [session.userId, session.createdAt] } as const,
    { name: 'expiry', on: [session.idlePeriodExpiresAt] } as const,
  ].map(({ name, on }) => {
    const index = nameOfIndex(table, name)
    const columns = `(${on.map(names.column).join(', ')})`
    const statement = `create index if not exists ${names.column(index)} on ${names.table(table)} ${columns}`
    return { index, columns, need: { table, index, statement } }
  })
}
