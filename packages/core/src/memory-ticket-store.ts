/** A store of tickets that lives as long as its process. */
import type { TicketRecord, TicketStore } from './ticket-store.ts'

/**
 * Stores tickets in memory: for tests and local work.
 *
 * @returns A store that fulfils the whole contract of {@link TicketStore}. Its data is lost with the
 * process.
 *
 * @example
 * const codes = tickets(memoryTicketStore(), { purpose: 'email-code', expiresInMs: 600_000 })
 * const { token } = await codes.create({ email: 'ada@example.com' })
 * await codes.take(token)
 * // { valid: true, data: { email: 'ada@example.com' } }
 */
export function memoryTicketStore(): TicketStore {
  const stored = new Map<string, TicketRecord>()

  return {
    async put(ticket) {
      stored.set(ticket.id, structuredClone(ticket))
    },
    async take(id) {
      const ticket = stored.get(id) ?? null
      stored.delete(id)
      return ticket
    },
    async attempt(id) {
      const ticket = stored.get(id)
      if (!ticket?.attemptsLeft) return null
      const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
      stored.set(id, tried)
      return structuredClone(tried)
    },
    async deleteExpired({ now, limit }) {
      const expired = [...stored.values()]
        .filter(({ expiresAt }) => expiresAt <= now)
        .slice(0, limit)
      for (const { id } of expired) stored.delete(id)
      return expired.length
    },
  }
}
