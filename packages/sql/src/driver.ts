/** One SQL engine, as the store sees it: three methods and the name of its dialect. */
import type { Consistency } from '@limen/core'

/** What a statement is given for one of its placeholders. */
export type SqlValue = string | number | null

/** A row: the store's statements return at most one column, `found`, as JSON text. */
export interface SqlRow {
  /** What was found, as JSON text. */
  readonly found?: unknown
}

/** The dialects that the store speaks. */
export type SqlDialect = 'sqlite' | 'postgres' | 'mysql' | 'mariadb'

/** An engine, or one of its client libraries, under the SQL store. */
export interface SqlDriver {
  /** What the engine speaks. Decides the statements and their placeholders: `$1` in PostgreSQL, `?` elsewhere. */
  readonly dialect: SqlDialect
  /**
   * Runs a statement and gives the rows it returns. An `eventual` one may be answered by a replica,
   * but for the answer that there is no row: that one comes from the primary.
   */
  query(
    sql: string,
    values: readonly SqlValue[],
    consistency?: Consistency,
  ): Promise<readonly SqlRow[]>
  /**
   * Runs a statement and says how many rows it changed, counting those it matched. Rejects with the
   * client's own error, which the store tells again without values: of MySQL and MariaDB it reads
   * `errno`.
   */
  change(sql: string, values: readonly SqlValue[]): Promise<number>
  /** Runs statements without values, in one transaction where the engine has one: for migrations. */
  batch(statements: readonly string[]): Promise<void>
}
