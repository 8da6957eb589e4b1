/** Runs statements in D1, and gives its failures their codes. */
import { firstLineOf, storeFailure } from '@limen/core/store-kit'
import type { D1Answer, D1Connection, D1WithBatch } from '@limen/sql/sqlite'
import { checkBinding } from './check.ts'
import { D1_BINDING, missingTable } from './messages.ts'

const TOO_LARGE = /SQLITE_TOOBIG/
const REJECTED = /SQLITE_(ERROR|CONSTRAINT)|TYPE_ERROR/

type Values = readonly unknown[]

/** What the stores call. */
export interface D1Client {
  /** Runs one statement. */
  readonly run: <Row>(
    statement: string,
    values: Values,
    connection?: D1Connection,
  ) => Promise<D1Answer<Row>>
  /** Runs one statement, or several in one transaction, and returns the rows of each. */
  readonly runAll: <Row>(
    steps: readonly (readonly [statement: string, values: Values])[],
  ) => Promise<readonly (readonly Row[])[]>
  /** Runs one statement, and returns how many rows it changed. */
  readonly change: (statement: string, ...values: Values) => Promise<number>
}

/**
 * Wraps a binding.
 *
 * @param store The function that was given the binding, for messages.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a D1 binding.
 */
export function d1Client(store: string, db: D1WithBatch): D1Client {
  checkBinding(store, D1_BINDING, db, 'prepare', 'withSession')

  const run: D1Client['run'] = (statement, values, connection = db) =>
    coded(() =>
      connection
        .prepare(statement)
        .bind(...values)
        .all(),
    )

  return {
    run,

    async runAll<Row>(steps: Parameters<D1Client['runAll']>[0]) {
      const [first] = steps
      if (first && steps.length === 1) return [(await run<Row>(...first)).results]
      const answers = await coded(() =>
        db.batch<Row>(steps.map(([statement, values]) => db.prepare(statement).bind(...values))),
      )
      return answers.map(({ results }) => results)
    },

    change: async (statement, ...values) => (await run(statement, values)).meta.changes,
  }
}

async function coded<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (cause) {
    // D1 repeats a value whose type it does not take.
    const [line] = firstLineOf(cause).split(' for value')
    const message = /no such/.test(line!) ? missingTable(line!) : line!
    throw storeFailure(message, TOO_LARGE, REJECTED, cause)
  }
}
