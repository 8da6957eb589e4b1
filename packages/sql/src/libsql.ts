/** SQLite through libSQL's client: a file, a server or Turso. */
import { checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'

/** The part of a libSQL client that the driver uses: `createClient()` returns it. */
export interface Libsql {
  /** Runs one statement. */
  execute(statement: LibsqlStatement): Promise<LibsqlAnswer>
  /** Runs statements in one transaction. */
  batch(statements: (string | LibsqlStatement)[], mode: 'write'): Promise<LibsqlAnswer[]>
}

/** A statement. */
export interface LibsqlStatement {
  /** Its text. */
  sql: string
  /** The values of its placeholders. */
  args: SqlValue[]
}

/** The result of a statement. */
export interface LibsqlAnswer {
  /** The rows it returned. */
  readonly rows: readonly object[]
  /** How many rows it changed. */
  readonly rowsAffected: number
}

/**
 * The driver for `@libsql/client`. libSQL and its server enforce foreign keys by default. An embedded
 * replica is behind its primary: use a client of the primary.
 *
 * @param client What `createClient()` returned.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a client.
 * @see {@link https://github.com/tursodatabase/libsql/pull/981 Foreign keys in libSQL}
 *
 * @example
 * const auth = limen({ store: sqlStore(libsql(client)) })
 */
export function libsql(client: Libsql): SqlDriver {
  const wanted = 'a client: createClient() of @libsql/client'
  checkClient('libsql', wanted, client, ['execute', 'batch'])
  return {
    dialect: 'sqlite',
    query: async (sql, values) =>
      (await client.execute({ sql, args: [...values] })).rows as readonly SqlRow[],
    change: async (sql, values) => (await client.execute({ sql, args: [...values] })).rowsAffected,
    async transaction(statements) {
      const answers = await client.batch(
        statements.map(({ text, values }) => ({ sql: text, args: [...values] })),
        'write',
      )
      return answers.map(({ rows, rowsAffected }, index) => ({
        rows: rows as readonly SqlRow[],
        count: statements[index]!.returnsRows ? rows.length : rowsAffected,
      }))
    },
    async batch(statements) {
      await client.batch([...statements], 'write')
    },
  }
}
