/** The part of a D1 binding that the store uses, by shape: `D1Database` has it. */

/** Prepares statements: a database, or a session with one of its copies. */
export interface D1Connection {
  /** Prepares one statement. */
  prepare(sql: string): D1Statement
}

/** A D1 binding. */
export interface D1 extends D1Connection {
  /** A connection that may be answered by a copy nearby, or that begins at the primary. */
  withSession(constraint: 'first-unconstrained' | 'first-primary'): D1Connection
}

/** A prepared statement. */
export interface D1Statement {
  /** Gives it its values, in the order of its `?`. */
  bind(...values: unknown[]): D1Statement
  /** Runs it, for its rows and what it changed. */
  all<Row>(): Promise<D1Answer<Row>>
}

/** What a statement gave. */
export interface D1Answer<Row> {
  /** The rows it returned. */
  readonly results: readonly Row[]
  /** How many rows it changed, and whether the primary answered. */
  readonly meta: {
    readonly changes: number
    readonly served_by_primary?: boolean | undefined
  }
}
