/** PostgreSQL through node-postgres. */
import { BOOLEAN, checkCallOptions, checkClient } from '@limen/core/store-kit'
import type { SqlDriver, SqlResult, SqlRow, SqlStatement, SqlValue } from './driver.ts'
import { inTurn } from './in-turn.ts'
import { recent } from './recent.ts'

/** The part of node-postgres that the driver uses: a `Pool` has it, and a `Client`. */
export interface Pg {
  /** Runs a statement; without values, several in one transaction. */
  query(statement: PgStatement): Promise<PgAnswer>
  /** Of a `Pool`: takes a connection. Of a `Client`: connects it. */
  connect(): Promise<unknown>
  /** How many connections a `Pool` has. A `Client` has no such property. */
  readonly totalCount?: number
}

/** A connection of a `Pool`. */
interface PgConnection extends Pick<Pg, 'query'> {
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
  release(isBroken: boolean): void
}

/** A statement. */
export interface PgStatement {
  /** The name of the prepared statement on the connection. */
  readonly name?: string
  /** Its text. */
  readonly text: string
  /** The values of its placeholders. */
  readonly values?: SqlValue[]
}

/** The result of a statement. */
export interface PgAnswer {
  /** The rows it returned. */
  readonly rows: object[]
  /** How many rows it changed. */
  readonly rowCount: number | null
}

/** Options of the driver. */
export interface PgOptions {
  /**
   * Whether statements get names, so that the server parses and plans each once on a connection
   * (default: true). `false` behind a pooler in transaction mode that does not support named
   * statements: PgBouncer before 1.21, or one with `max_prepared_statements = 0`.
   */
  readonly prepare?: boolean | undefined
}

/**
 * The driver for `pg` (node-postgres), also over Hyperdrive.
 *
 * A `Pool` emits `error` when an idle connection is closed: when the server restarts, or by a
 * firewall. Without a listener, the process exits. So add one:
 * `pool.on('error', (error) => console.error(error.message))`.
 *
 * @param pool A `Pool`; on Workers, a `Client` of this request that has connected.
 * @param options Options of the driver.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a client of pg, or an option can never work.
 * @see {@link https://node-postgres.com/apis/pool#error The event error of a Pool}
 * @see {@link https://www.pgbouncer.org/config.html#max_prepared_statements Named statements in PgBouncer}
 *
 * @example
 * const auth = limen({ store: sqlStore(pg(pool)) })
 */
export function pg(pool: Pg, options?: PgOptions): SqlDriver {
  checkClient('pg', 'a Pool or a Client of pg', pool, ['query', 'connect'])
  const { prepare = true } = checkCallOptions('pg', options, { prepare: BOOLEAN })
  const names = recent(nameOf)
  const isPool = 'totalCount' in pool
  const takesTurns = inTurn()
  const alone = <Result>(call: () => Promise<Result>) => (isPool ? call() : takesTurns(call))
  const statementOf = (text: string, values: readonly SqlValue[], once = false): PgStatement =>
    prepare && !once
      ? { name: names(text), text, values: [...values] }
      : { text, values: [...values] }
  const run = (text: string, values: readonly SqlValue[], once?: boolean) =>
    alone(() => pool.query(statementOf(text, values, once)))
  const transaction = async (
    connection: Pick<Pg, 'query'>,
    statements: readonly SqlStatement[],
    onBroken: () => void,
  ): Promise<readonly SqlResult[]> => {
    try {
      await connection.query({ text: 'begin isolation level read committed' })
      const results: SqlResult[] = []
      for (const { text, values, once } of statements) {
        const { rows, rowCount } = await connection.query(statementOf(text, values, once))
        results.push({ rows: rows as SqlRow[], count: rowCount ?? 0 })
      }
      await connection.query({ text: 'commit' })
      return results
    } catch (error) {
      await connection.query({ text: 'rollback' }).catch(onBroken)
      throw error
    }
  }
  return {
    dialect: 'postgres',
    query: async (sql, values, _, once) => (await run(sql, values, once)).rows as SqlRow[],
    change: async (sql, values, once) => (await run(sql, values, once)).rowCount ?? 0,
    async transaction(statements) {
      if (!isPool) return takesTurns(() => transaction(pool, statements, () => {}))
      const connection = (await pool.connect()) as PgConnection
      // The statement that runs reports the error. Without a listener, the process exits.
      const ignore = () => {}
      connection.on('error', ignore)
      let isBroken = false
      try {
        return await transaction(connection, statements, () => {
          isBroken = true
        })
      } finally {
        connection.removeListener('error', ignore)
        connection.release(isBroken)
      }
    },
    async batch(statements) {
      await pool.query({ text: statements.join(';\n') })
    },
  }
}

/**
 * The name of a statement: a hash of its text, and so the same in every process, as poolers share
 * connections between processes. pg throws where two texts would have one name.
 */
function nameOf(text: string): string {
  let [one, other] = [0x81_1c_9d_c5, 0x01_00_01_93]
  for (const unit of text) {
    one = Math.imul(one ^ unit.codePointAt(0)!, 0x01_00_01_93)
    other = Math.imul((other ^ unit.codePointAt(0)!) + (one >>> 15), 0x85_eb_ca_6b)
  }
  return `limen_${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`
}
