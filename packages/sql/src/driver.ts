/** One SQL engine, as the store uses it: three methods and the name of its dialect. */
import type { Consistency } from '@limen/core'

/** What a statement is given for one of its placeholders. */
export type SqlValue = string | number | null

/**
 * A row. The store reads its values in the order of the statement's columns, so that a client may
 * rename columns.
 */
export interface SqlRow {
  readonly [column: string]: unknown
}

/** The dialects that the store supports. */
export type SqlDialect = 'sqlite' | 'postgres' | 'mysql' | 'mariadb'

/** An engine, or one of its client libraries, under the SQL store. */
export interface SqlDriver {
  /** The engine's dialect. Decides the statements and their placeholders: `$1` in PostgreSQL, `?` elsewhere. */
  readonly dialect: SqlDialect
  /**
   * Runs a statement and returns its rows. An `eventual` one may be answered by a replica, except
   * for the answer that there is no row: that one comes from the primary.
   *
   * @param once Whether the text is one of too many to keep prepared: a store over columns has one
   * for each set of attributes that are written together. A driver that prepares nothing ignores it.
   */
  query(
    sql: string,
    values: readonly SqlValue[],
    consistency?: Consistency,
    once?: boolean,
  ): Promise<readonly SqlRow[]>
  /**
   * Runs a statement and returns how many rows it changed, counting those it matched. Rejects with
   * the client's own error: the store reports it without values. From MySQL and MariaDB it reads
   * `errno`.
   *
   * @param once As for `query`.
   */
  change(sql: string, values: readonly SqlValue[], once?: boolean): Promise<number>
  /** Runs statements without values, in one transaction where the engine has one: for migrations. */
  batch(statements: readonly string[]): Promise<void>
}
