/** Tickets in any SQL engine. */
import type { TicketStore } from '@limen/core/tickets'
import { checkedId } from './checked-id.ts'
import { checkDriver } from './checks.ts'
import { dialects } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'
import { engineCalls } from './engine-calls.ts'
import type { TicketLayout } from './layout.ts'
import { resolvedLayout } from './resolved-layout.ts'
import { ticketStatementsOver } from './ticket-statements.ts'

/** What fails, as a message says it after `Cannot`. */
const CALLS: Readonly<Record<keyof TicketStore, string>> = {
  put: 'create a ticket',
  take: 'take a ticket',
  attempt: 'count an attempt at a ticket',
  deleteExpired: 'delete expired tickets',
}

/**
 * Stores tickets in a SQL engine, in a table that `migrations()` creates.
 *
 * Every call is one statement. There are two exceptions, which are a transaction of two statements:
 * `take` in MySQL, and `attempt` in MySQL and MariaDB. A call rejects with the same codes as a call
 * of `sqlStore()`.
 *
 * @param driver The engine, through a driver of this package or your own.
 * @param layout The name of the table, where it is not the default.
 * @returns The store for `tickets()`.
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or the table's name can never work.
 *
 * @example
 * const resets = tickets<{ userId: string }>(sqlTicketStore(nodeSqlite(db)), {
 *   purpose: 'password-reset',
 *   expiresInMs: 900_000,
 * })
 */
export function sqlTicketStore(driver: SqlDriver, layout?: TicketLayout): TicketStore {
  checkDriver('sqlTicketStore', driver)
  const dialect = dialects[driver.dialect]
  const { table } = resolvedLayout(driver.dialect, { ticket: layout }).ticket
  const statements = ticketStatementsOver(table, dialect)
  const { query, change, transaction } = engineCalls(driver, dialect)
  const { deleteReturning, updateReturning } = dialect.statements

  return {
    async put(ticket) {
      checkedId(ticket.id)
      await change(CALLS.put, statements.put(ticket))
    },

    async take(id) {
      const take = statements.take(checkedId(id))
      const find = { ...statements.find(id), returnsRows: true }
      const [row] = deleteReturning
        ? await query(CALLS.take, take)
        : (await transaction(CALLS.take, [find, { ...take, returnsRows: false }]))[0]!.rows
      return row ? statements.ticketIn(row) : null
    },

    async attempt(id) {
      const attempt = statements.attempt(checkedId(id))
      if (updateReturning) {
        const [row] = await query(CALLS.attempt, attempt)
        return row ? statements.ticketIn(row) : null
      }
      const find = { ...statements.find(id), returnsRows: true }
      const steps = [{ ...attempt, returnsRows: false }, find]
      const [tried, found] = await transaction(CALLS.attempt, steps)
      return tried!.count > 0 ? statements.ticketIn(found!.rows[0]!) : null
    },

    deleteExpired: ({ now, limit }) =>
      change(CALLS.deleteExpired, statements.deleteExpired(now, limit)),
  }
}
