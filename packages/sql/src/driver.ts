/** What a driver is: four methods, and the name of the engine's dialect. */
import type { Consistency } from '@limen/core'
import type { SqlDialect } from './dialects/index.ts'

/** A value for one placeholder of a statement. */
export type SqlValue = string | number | null

/** A row. The store reads its values in the order of the statement's columns, so a client can rename columns. */
export interface SqlRow {
  /** The value of a column. */
  readonly [column: string]: unknown
}

/** A statement of a transaction. */
export interface SqlStatement {
  /** Its text. */
  readonly text: string
  /** The values of its placeholders. */
  readonly values: readonly SqlValue[]
  /** As for `query`. */
  readonly once?: boolean | undefined
  /** Whether it returns rows: a query, or a change with `returning`. */
  readonly returnsRows: boolean
}

/** The result of a statement of a transaction. */
export interface SqlResult {
  /** Its rows; none where it does not return rows. */
  readonly rows: readonly SqlRow[]
  /** How many rows it returned, changed or matched. */
  readonly count: number
}

/** Runs the statements of the SQL store in an engine, through one of its client libraries. */
export interface SqlDriver {
  /** The engine's dialect: it determines the statements and their placeholders. */
  readonly dialect: SqlDialect
  /**
   * Runs a statement and returns its rows. An `eventual` read can come from a replica; one that finds
   * no row there must be repeated on the primary.
   *
   * @param once Whether there are too many texts like this one to keep each prepared: a store over
   * columns has one for each set of attributes that are written together. A driver that prepares
   * nothing ignores it.
   */
  query(
    sql: string,
    values: readonly SqlValue[],
    consistency?: Consistency,
    once?: boolean,
  ): Promise<readonly SqlRow[]>
  /**
   * Runs a statement and returns how many rows it changed or matched. Rejects with the client's own
   * error: the store reports it without values. From MySQL and MariaDB the store reads `errno` and
   * `sqlState`.
   *
   * @param once As for `query`.
   */
  change(sql: string, values: readonly SqlValue[], once?: boolean): Promise<number>
  /**
   * Runs statements in order, in one transaction on one connection, and returns the result of each.
   * In PostgreSQL, MySQL and MariaDB its isolation level is `read committed`. When a statement fails,
   * it rolls all of them back and rejects with the client's own error. It leaves no transaction open.
   */
  transaction(statements: readonly SqlStatement[]): Promise<readonly SqlResult[]>
  /** Runs statements without values, in one transaction where the engine has one: for migrations. */
  batch(statements: readonly string[]): Promise<void>
}
