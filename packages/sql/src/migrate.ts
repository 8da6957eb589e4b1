/** Creates the tables and indexes that are missing. */
import { AuthError } from '@limen/core'
import { checkDriver } from './checks.ts'
import type { Dialect } from './dialects/dialect.ts'
import { dialects } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'
import { failure } from './failure.ts'
import type { SqlLayout } from './layout.ts'
import { schemaOf } from './migrations.ts'
import { namesIn } from './names.ts'
import { type ResolvedLayout, resolvedLayout } from './resolved-layout.ts'
import { type Sql, list, raw, rendered, sql } from './sql.ts'

/**
 * Creates the tables and indexes that are missing: for tests, local development and small apps. Where
 * none is missing it only reads, so a role without the privilege to create tables can run it at each start.
 *
 * @param driver The engine.
 * @param layout The layout that `sqlStore` is given.
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or the layout can never work;
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
  checkDriver('migrate', driver)
  const dialect = dialects[driver.dialect]
  const resolved = resolvedLayout(driver.dialect, layout)
  const queryOne = async (piece: Sql): Promise<readonly unknown[]> => {
    const { text, values } = rendered(piece, dialect, true)
    try {
      const [row = {}] = await driver.query(text, values, 'strong', true)
      return Object.values(row)
    } catch (cause) {
      throw failure('migrate', cause, values, dialect)
    }
  }

  if (resolved.user.attributes.columns) {
    const { exists } = dialect.schema
    const [hasTable] = await queryOne(exists(resolved.user.table))
    checkOwnTable(Number(hasTable) > 0, resolved.user.table)
    // SQLite creates a reference to a column that does not exist, and fails when it is first used.
    await queryOne(ownColumns(resolved, dialect))
  }

  const missing: string[] = []
  for (const { table, index, statement } of schemaOf(resolved, dialect)) {
    const [hasTable, hasIndex] = await queryOne(dialect.schema.exists(table, index))
    if (!Number(index === undefined ? hasTable : hasIndex)) missing.push(statement)
  }
  if (missing.length === 0) return
  const { takeTurns } = dialect.schema
  try {
    await driver.batch(takeTurns === undefined ? missing : [takeTurns, ...missing])
  } catch (cause) {
    throw failure('migrate', cause, [], dialect)
  }
}

function checkOwnTable(exists: boolean, table: string): void {
  if (exists) return
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `Cannot migrate: the table "${table}" of layout.user does not exist. With columns it is your own: create it first`,
  )
}

/** Reads no row, and fails where a column of the app's user table is missing. */
function ownColumns({ user }: ResolvedLayout, dialect: Dialect): Sql {
  const names = namesIn(dialect)
  const columns = [user.id, ...(user.attributes.columns ?? []).map(({ name }) => name)]
  return sql`
    select ${list(columns.map((column) => raw(names.column(column))))}
    from ${raw(names.table(user.table))}
    where 1 = 0
  `
}
