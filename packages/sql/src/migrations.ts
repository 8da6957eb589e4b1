/** The tables and indexes that the store needs. */
import { columnTypes } from './column-types.ts'
import { dialects } from './dialect.ts'
import type { SqlDialect, SqlDriver } from './driver.ts'
import { type SqlLayout, nameOfIndex, settle } from './layout.ts'

/**
 * The statements that make the tables and indexes of a layout, for a migration tool of your own. Each
 * does nothing where its table or index is there. With columns for the user's attributes, the user
 * table is yours, and only that of sessions is made. The same statements for the default layout are
 * in the folder `migrations` of this package.
 *
 * @param dialect What the engine speaks.
 * @param layout The layout that `sqlStore` is given.
 * @returns The statements in order, without semicolons.
 * @throws {AuthError} `AUTH_CONFIG` when the layout could never work.
 *
 * @example
 * migrations('postgres').length
 * // 4
 */
export function migrations<UserAttributes = object, SessionAttributes = object>(
  dialect: SqlDialect,
  layout?: SqlLayout<UserAttributes, SessionAttributes>,
): readonly string[] {
  const { user, session } = settle(dialect, layout)
  const { name } = dialects[dialect]
  const type = columnTypes[dialect]
  const isMysql = dialect === 'mysql' || dialect === 'mariadb'
  const tableName = (table: string) => table.split('.').map(name).join('.')

  const json = (column: string) =>
    dialect === 'sqlite' ? ` check (json_valid(${name(column)}))` : ''
  const attributes = ({ attributes }: typeof user | typeof session): string[] =>
    attributes.columns
      ? attributes.columns.map(
          (column) =>
            `${name(column.name)} ${type[column.type]}${column.type === 'json' ? json(column.name) : ''}`,
        )
      : [`${name(attributes.json)} ${type.json} not null${json(attributes.json)}`]
  const create = (table: string, columns: readonly string[]) =>
    `create table if not exists ${tableName(table)} (\n  ${columns.join(',\n  ')}\n)${type.table}`

  const indexes = [
    { index: 'user', on: [session.userId, session.createdAt] } as const,
    { index: 'expiry', on: [session.idlePeriodExpiresAt] } as const,
  ].map(({ index, on }) => ({
    index: name(nameOfIndex(session.table, index)),
    on: `(${on.map(name).join(', ')})`,
  }))
  const reference = `references ${tableName(user.table)} (${name(user.id)}) on delete cascade`

  const userTable = create(user.table, [
    `${name(user.id)} ${user.idType ?? type.id} primary key`,
    ...attributes(user),
  ])
  const sessionTable = create(session.table, [
    `${name(session.id)} ${type.id} primary key`,
    `${name(session.userId)} ${user.idType ?? type.id} not null${isMysql ? '' : ` ${reference}`}`,
    `${name(session.secretHash)} ${type.hash} not null`,
    `${name(session.createdAt)} ${type.time} not null`,
    `${name(session.activePeriodExpiresAt)} ${type.time} not null`,
    `${name(session.idlePeriodExpiresAt)} ${type.time} not null`,
    ...attributes(session),
    // MySQL passes over a reference beside its column, and knows no index that may be there.
    ...(isMysql
      ? [
          ...indexes.map(({ index, on }) => `index ${index} ${on}`),
          `foreign key (${name(session.userId)}) ${reference}`,
        ]
      : []),
  ])
  return [
    ...(user.attributes.columns ? [] : [userTable]),
    sessionTable,
    ...(isMysql
      ? []
      : indexes.map(
          ({ index, on }) =>
            `create index if not exists ${index} on ${tableName(session.table)} ${on}`,
        )),
  ]
}

/**
 * Makes the tables and indexes that are not there yet: for tests, local work and small apps.
 *
 * @param driver The engine.
 * @param layout The layout that `sqlStore` is given.
 * @throws {AuthError} `AUTH_CONFIG` when the layout could never work.
 *
 * @example
 * await migrate(nodeSqlite(db))
 */
export async function migrate<UserAttributes = object, SessionAttributes = object>(
  driver: SqlDriver,
  layout?: SqlLayout<UserAttributes, SessionAttributes>,
): Promise<void> {
  const statements = migrations(driver.dialect, layout)
  // PostgreSQL lets two create the same table at once, and fails one of them: so they take turns.
  const turn = 'select pg_advisory_xact_lock(7821305449)'
  await driver.batch(driver.dialect === 'postgres' ? [turn, ...statements] : statements)
}
