/** Stores tickets in D1: one statement for each call. */
import type { TicketStore } from '@limen/core/tickets'
import * as sqlite from '@limen/sql/sqlite'
import { d1Client } from './d1-client.ts'

/**
 * Stores tickets in D1, in the table `limen_ticket` of the migrations in this package. All calls run on
 * the primary.
 *
 * @param db The D1 binding, such as `env.DB`.
 * @returns The store for `tickets()`. Its calls reject as those of `d1Store()`. It has a
 * `deleteExpired`: call it from a cron trigger.
 * @throws {AuthError} `AUTH_CONFIG` when it is not given a D1 binding.
 *
 * @example
 * const resets = tickets<{ userId: string }>(d1TicketStore(env.DB), {
 *   purpose: 'password-reset',
 *   expiresInMs: 900_000,
 * })
 */
export function d1TicketStore(db: sqlite.D1WithBatch): TicketStore {
  const { run, change } = d1Client('d1TicketStore', db)
  const ticketOf = async (statement: string, id: string) =>
    sqlite.ticketIn((await run<sqlite.TicketRow>(statement, [id])).results)

  return {
    async put(ticket) {
      await change(sqlite.PUT_TICKET, ...sqlite.ticketValues(ticket))
    },

    take: (id) => ticketOf(sqlite.TAKE_TICKET, id),

    attempt: (id) => ticketOf(sqlite.ATTEMPT_TICKET, id),

    deleteExpired: ({ now, limit }) => change(sqlite.DELETE_EXPIRED_TICKETS, now, limit),
  }
}
