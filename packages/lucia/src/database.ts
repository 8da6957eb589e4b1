/** The database of the app: its statements, and how they are sent. */
import type { Store } from '@limen/core'
import { type SqlDriver, sqlStore } from '@limen/sql'
import {
  type EngineCalls,
  type Statement,
  type StoreStatements,
  checkedId,
  dialects,
  engineCalls,
  isCanonicalId,
  statementsOver,
} from '@limen/sql/sql-kit'
import { type LuciaStatements, deleteKeys, luciaStatements } from './lucia-statements.ts'
import type { LuciaTables } from './tables.ts'

/** A database with Lucia's tables and, after the upgrade, Limen's. */
export interface LuciaDatabase {
  readonly tables: LuciaTables
  readonly engine: EngineCalls
  /** Over Lucia's tables; `null` after the table of sessions was dropped. */
  readonly theirs: LuciaStatements | null
  /** Over Limen's table of sessions, and the users. */
  readonly own: StoreStatements
  /** Limen's store. Before the upgrade, only its calls on users are used: there is no table of sessions. */
  readonly store: Store<unknown, unknown>
  /** Whether a user can have that id: an integer column has none named `ada`. */
  readonly canExist: (userId: string) => boolean
  /** Sends changes in one transaction. The first argument is what fails, as a message says it. */
  change(call: string, statements: readonly (Statement | undefined)[]): Promise<void>
  /** Deletes a user with all rows that refer to the user: Lucia's tables have no cascade. */
  deleteUser(userId: string): Promise<void>
}

/** A statement of a transaction, which returns rows. */
export const reading = (statement: Statement): Statement & { readonly returnsRows: true } => ({
  ...statement,
  returnsRows: true,
})

/** A statement of a transaction, which returns none. */
export const changing = (statement: Statement): Statement & { readonly returnsRows: false } => ({
  ...statement,
  returnsRows: false,
})

/** Builds the statements for a database. */
export function luciaDatabase(driver: SqlDriver, tables: LuciaTables): LuciaDatabase {
  const dialect = dialects[driver.dialect]
  const engine = engineCalls(driver, dialect)
  const { sessions, resolved } = tables
  const own = statementsOver(resolved, dialect)
  const theirs = sessions && luciaStatements(tables, sessions, dialect)
  const canExist = (userId: string) =>
    isCanonicalId(dialect, resolved.user.idType, checkedId(userId))
  const change = async (
    call: string,
    statements: readonly (Statement | undefined)[],
  ): Promise<void> => {
    const given = statements.filter((statement) => statement !== undefined)
    await engine.transaction(call, given.map(changing))
  }
  return {
    tables,
    engine,
    theirs,
    own,
    store: sqlStore<unknown, unknown>(driver, tables.layout as object),
    canExist,
    change,
    async deleteUser(userId) {
      if (!canExist(userId)) return
      await change('delete a user', [
        theirs?.deleteByUser(userId, ''),
        deleteKeys(tables, dialect, userId),
        own.deleteUser(userId),
      ])
    },
  }
}
