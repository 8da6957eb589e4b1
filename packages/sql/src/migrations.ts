/** The tables and indexes that the store needs. */
import { AuthError } from '@limen/core'
import { checkDialect, checkDriver } from './client.ts'
import { columnTypes } from './column-types.ts'
import { dialects } from './dialect.ts'
import type { SqlDialect, SqlDriver } from './driver.ts'
import { failure } from './failure.ts'
import { type SettledLayout, type SqlLayout, nameOfIndex, settle } from './layout.ts'
import { type Sql, raw, rendered, sql } from './sql.ts'

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
  checkDialect('migrations(): dialect', dialect)
  return needed(dialect, settle(dialect, layout)).map(({ statement }) => statement)
}

/** A statement, and what it makes: a table, or an index on it. */
interface Need {
  readonly table: string
  readonly index?: string
  readonly statement: string
}

function needed(dialect: SqlDialect, { user, session }: SettledLayout): readonly Need[] {
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
    index: nameOfIndex(session.table, index),
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
          ...indexes.map(({ index, on }) => `index ${name(index)} ${on}`),
          `foreign key (${name(session.userId)}) ${reference}`,
        ]
      : []),
  ])
  return [
    ...(user.attributes.columns ? [] : [{ table: user.table, statement: userTable }]),
    { table: session.table, statement: sessionTable },
    ...(isMysql
      ? []
      : indexes.map(({ index, on }) => ({
          table: session.table,
          index,
          statement: `create index if not exists ${name(index)} on ${tableName(session.table)} ${on}`,
        }))),
  ]
}

/**
 * Creates the tables and indexes that are missing: for tests, local work and small apps. Where none
 * is missing it only reads, so that a role which may not create tables can run it at each start.
 *
 * @param driver The engine.
 * @param layout The layout that `sqlStore` is given.
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or the layout could never work;
 * `AUTH_STORE_REJECTED` when your own user table is missing, or the engine refuses;
 * `AUTH_STORE_UNAVAILABLE` when the engine could not be reached.
 *
 * @example
 * await migrate(nodeSqlite(db))
 */
export async function migrate<UserAttributes = object, SessionAttributes = object>(
  driver: SqlDriver,
  layout?: SqlLayout<UserAttributes, SessionAttributes>,
): Promise<void> {
  checkDriver('migrate()', driver)
  const { dialect } = driver
  const settled = settle(dialect, layout)
  const ask = async (piece: Sql): Promise<readonly unknown[]> => {
    const { text, values } = rendered(piece, dialect, true)
    try {
      const [row = {}] = await driver.query(text, values, 'strong', true)
      return Object.values(row)
    } catch (cause) {
      throw failure('migrate', cause, values)
    }
  }

  // SQLite creates a reference to a table that does not exist, and fails when it is first used.
  if (settled.user.attributes.columns) await checkOwnTable(dialect, settled, ask)

  const missing: string[] = []
  for (const { table, index, statement } of needed(dialect, settled)) {
    const [hasTable, hasIndex] = await ask(dialects[dialect].exists(table, index))
    if (!Number(index === undefined ? hasTable : hasIndex)) missing.push(statement)
  }
  if (missing.length === 0) return
  // PostgreSQL lets two create the same table at once, and fails one of them: so they take turns.
  const turn = 'select pg_advisory_xact_lock(7821305449)'
  try {
    await driver.batch(dialect === 'postgres' ? [turn, ...missing] : missing)
  } catch (cause) {
    throw failure('migrate', cause, [])
  }
}

async function checkOwnTable(
  dialect: SqlDialect,
  { user }: SettledLayout,
  ask: (piece: Sql) => Promise<readonly unknown[]>,
): Promise<void> {
  const { name, exists } = dialects[dialect]
  const [isThere] = await ask(exists(user.table))
  if (!Number(isThere)) {
    throw new AuthError(
      'AUTH_STORE_REJECTED',
      `Cannot migrate: the table "${user.table}" of layout.user does not exist. With columns it is your own: create it first`,
    )
  }
  const columns = [user.id, ...(user.attributes.columns ?? []).map((column) => column.name)]
  const table = user.table.split('.').map(name).join('.')
  await ask(sql`${raw(`select ${columns.map(name).join(', ')} from ${table} where 1 = 0`)}`)
}
