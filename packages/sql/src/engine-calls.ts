/** Runs statements of a store, and reports their failures without values. */
import type { Consistency } from '@limen/core'
import { RETRY, retrying } from '@limen/core/store-kit'
import type { Dialect, EngineError } from './dialects/dialect.ts'
import type { SqlDriver, SqlResult, SqlRow } from './driver.ts'
import { failure } from './failure.ts'
import type { Statement } from './sql.ts'

/** A statement of a transaction. */
interface Step extends Statement {
  readonly returnsRows: boolean
}

/** The calls of a driver. The first argument is what fails, as a message says it after `Cannot`. */
export interface EngineCalls {
  readonly query: (
    call: string,
    statement: Statement,
    consistency?: Consistency,
  ) => Promise<readonly SqlRow[]>
  readonly change: (call: string, statement: Statement) => Promise<number>
  /** Runs a transaction again when the engine rolled it back to resolve a deadlock, at most 9 times. */
  readonly transaction: (call: string, steps: readonly Step[]) => Promise<readonly SqlResult[]>
}

const ATTEMPTS = 10

/** Builds the calls of a driver. They reject with the errors of {@link failure}. */
export function engineCalls(driver: SqlDriver, dialect: Dialect): EngineCalls {
  return {
    async query(call, { text, values, once }, consistency) {
      try {
        return await driver.query(text, values, consistency, once)
      } catch (cause) {
        throw failure(call, cause, values, dialect)
      }
    },

    async change(call, { text, values, once }) {
      try {
        return await driver.change(text, values, once)
      } catch (cause) {
        throw failure(call, cause, values, dialect)
      }
    },

    transaction: (call, steps) =>
      retrying(
        async () => {
          try {
            return await driver.transaction(steps)
          } catch (cause) {
            if (dialect.failures.isDeadlock?.(Object(cause) as EngineError)) return RETRY
            const values = steps.flatMap((step) => step.values)
            throw failure(call, cause, values, dialect)
          }
        },
        {
          attempts: ATTEMPTS,
          longestWaitMs: 100,
          message: `Cannot ${call}: ${ATTEMPTS} transactions were rolled back to resolve deadlocks`,
        },
      ),
  }
}
