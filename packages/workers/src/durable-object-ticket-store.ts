/** Stores tickets in Durable Objects: one object for each ticket, one RPC for each call. */
import type { TicketRecord, TicketStore } from '@limen/core/tickets'
import { OBJECT_TICKET_STORE } from './messages.ts'
import { type DurableObjectStoreOptions, objectClient } from './object-client.ts'
import type { TicketsNamespace, TicketsObject } from './sessions-object.ts'

/** No route of a user has a colon: no ticket is in the object of a user. */
const nameOf = (id: string): string => `ticket:${id}`

/**
 * Stores each ticket in a Durable Object of its own, which an alarm empties an hour after the ticket
 * has expired. Taking a ticket empties the object at once; a token that is not a ticket's stores
 * nothing.
 *
 * The class of the objects is `LimenSessions` of `@limen/workers/durable-object`. The binding can be the
 * one of `durableObjectStore()`.
 *
 * @param namespace The binding whose class is `LimenSessions`, such as `env.SESSIONS` or
 * `env.SESSIONS.jurisdiction('eu')`.
 * @param options Where new objects are created: near those who take the tickets.
 * @returns The store for `tickets()`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when a ticket
 * exceeds the 2 MB of a value, with `AUTH_STORE_REJECTED` for a call that the object rejects and will
 * reject again, and with `AUTH_STORE_UNAVAILABLE` otherwise: the change might have been made.
 * @throws {AuthError} `AUTH_CONFIG` when it is given another binding, or an option that does not fit.
 *
 * @example
 * const links = tickets<{ email: string }>(durableObjectTicketStore(env.SESSIONS), {
 *   purpose: 'magic-link',
 *   expiresInMs: 900_000,
 * })
 */
export function durableObjectTicketStore(
  namespace: TicketsNamespace,
  options?: DurableObjectStoreOptions,
): TicketStore {
  const call = objectClient<TicketsObject>(OBJECT_TICKET_STORE, namespace, options)

  return {
    put: (ticket) =>
      call(nameOf(ticket.id), (object) =>
        object.putTicket(JSON.stringify(ticket), ticket.expiresAt),
      ),

    take: async (id) => parse(await call(nameOf(id), (object) => object.takeTicket())),

    attempt: async (id) => parse(await call(nameOf(id), (object) => object.attemptTicket())),
  }
}

function parse(ticket: string | null): TicketRecord | null {
  return ticket === null ? null : JSON.parse(ticket)
}
