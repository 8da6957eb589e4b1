/** The parts of a D1 binding that the stores use. The types are structural: `D1Database` has them all. */

/** Prepares statements: a database, or a session with one of its replicas. */
export interface D1Connection {
  /** Prepares one statement. */
  prepare(sql: string): D1Statement
}

/** A D1 binding. */
export interface D1 extends D1Connection {
  /** Opens a connection whose first statement runs on any replica, or on the primary. */
  withSession(constraint: 'first-unconstrained' | 'first-primary'): D1Connection
}

/** A D1 binding that can also run several statements at once. */
export interface D1WithBatch extends D1 {
  /** Runs statements in one transaction. */
  batch<Row>(statements: D1Statement[]): Promise<D1Answer<Row>[]>
}

/** A prepared statement. */
export interface D1Statement {
  /** Binds its values, in the order of its placeholders. */
  bind(...values: unknown[]): D1Statement
  /** Runs it, and returns its rows and what it changed. */
  all<Row>(): Promise<D1Answer<Row>>
}

/** The result of a statement. */
export interface D1Answer<Row> {
  /** The rows that it returned. */
  readonly results: readonly Row[]
  /** How many rows it changed, and whether it ran on the primary. */
  readonly meta: {
    readonly changes: number
    readonly served_by_primary?: boolean | undefined
  }
}
