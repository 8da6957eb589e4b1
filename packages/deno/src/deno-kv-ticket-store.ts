/** Stores tickets in Deno KV. */
import type { TicketRecord, TicketStore } from '@limen/core/tickets'
import { RETRY } from '@limen/core/store-kit'
import { atomicCall, checkKv } from './deno-kv-call.ts'
import { LAYOUT, type StoredTicket, isStored, lifetime, ticketKey } from './deno-kv-layout.ts'
import type { Kv } from './kv.ts'

/**
 * Stores tickets in Deno KV. Deno KV deletes expired tickets by itself.
 *
 * @param kv What `Deno.openKv()` returned, awaited: the same as for `denoKvStore()`, or another.
 * @returns The store for `tickets()`. Its calls reject with the codes of `denoKvStore()`.
 * @throws {AuthError} `AUTH_CONFIG` when `kv` is no Deno KV.
 *
 * @example
 * const resets = tickets<{ userId: string }>(denoKvTicketStore(kv), {
 *   purpose: 'password-reset',
 *   expiresInMs: 900_000,
 * })
 */
export function denoKvTicketStore(kv: Kv): TicketStore {
  checkKv('denoKvTicketStore', kv, ['get', 'atomic'])

  return {
    put: (ticket) =>
      atomicCall(async () => {
        await writing(ticket).commit()
      }),

    take: (id) =>
      atomicCall(async () => {
        const entry = await kv.get<StoredTicket>(ticketKey(id))
        if (!isStored(entry)) return null
        const { ok } = await kv.atomic().check(entry).delete(entry.key).commit()
        // When the check fails, another call took the ticket, or counted an attempt: read it again.
        return ok ? recordOf(entry.value) : RETRY
      }),

    attempt: (id) =>
      atomicCall(async () => {
        const entry = await kv.get<StoredTicket>(ticketKey(id))
        if (!isStored(entry) || !entry.value.attemptsLeft) return null
        const ticket = recordOf(entry.value)
        const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
        const { ok } = await writing(tried).check(entry).commit()
        return ok ? tried : RETRY
      }),
  }

  function writing(ticket: TicketRecord) {
    const stored: StoredTicket = { ...ticket, layout: LAYOUT }
    return kv.atomic().set(ticketKey(ticket.id), stored, lifetime(ticket.expiresAt))
  }
}

function recordOf(stored: StoredTicket): TicketRecord {
  const { layout: _, ...ticket } = stored
  return ticket
}
