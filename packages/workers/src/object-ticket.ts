/** The ticket of a Durable Object that has one in place of a user: one value. */
import type { TicketRecord } from '@limen/core/tickets'

const KEY = 'ticket'

/** The part of an object's storage that is used here. The type is structural: `ctx.storage` has it. */
interface ObjectStorage {
  readonly kv: {
    get(key: string): unknown
    put(key: string, value: string): void
    delete(key: string): boolean
  }
  deleteAlarm(): Promise<void>
  deleteAll(): Promise<void>
}

/** Stores a ticket, given as JSON. */
export function putTicket({ kv }: ObjectStorage, ticket: string): void {
  kv.put(KEY, ticket)
}

/** Deletes the ticket and everything else, and returns it as JSON; `null` where there is none. */
export async function takeTicket(storage: ObjectStorage): Promise<string | null> {
  const ticket = readTicket(storage)
  if (ticket === null) return null
  // In the same step as the read: a call that arrives before the rest is deleted finds no ticket.
  storage.kv.delete(KEY)
  await Promise.all([storage.deleteAlarm(), storage.deleteAll()])
  return ticket
}

/** Subtracts one from `attemptsLeft`, and returns the ticket as JSON; `null` where none is left. */
export function attemptTicket(storage: ObjectStorage): string | null {
  const ticket = JSON.parse(readTicket(storage) ?? 'null') as TicketRecord | null
  if (!ticket?.attemptsLeft) return null
  const tried = JSON.stringify({ ...ticket, attemptsLeft: ticket.attemptsLeft - 1 })
  storage.kv.put(KEY, tried)
  return tried
}

/** Reading creates no table. */
function readTicket({ kv }: ObjectStorage): string | null {
  return (kv.get(KEY) as string | undefined) ?? null
}
