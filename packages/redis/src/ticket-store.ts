/**
 * Stores tickets in Redis.
 *
 * | key | type | value | lifetime |
 * | --- | --- | --- | --- |
 * | `{limen:ticket:1:id}` | string | a ticket | until it is taken, or an hour after it expires |
 *
 * The id is a hash of the token, and the braces are those of the keys of sessions: one pattern matches
 * all keys of a prefix. The `1` is the version of this layout: a ticket of another version is missing.
 */
import type { TicketRecord, TicketStore } from '@limen/core/tickets'
import { type RedisClient, scriptRunner } from './client.ts'
import { REDIS_TICKET_STORE } from './messages.ts'
import { type RedisStoreOptions, prefixIn } from './options.ts'
import { ATTEMPT, PUT, TAKE } from './ticket-scripts.ts'
import { type StoredTicket, ticketText } from './ticket-text.ts'

/** The version of the layout, in every key. */
const LAYOUT = 1

/**
 * Stores tickets in Redis, through node-redis, ioredis or `@upstash/redis`.
 *
 * Each call is one script in one round trip. Redis deletes a ticket an hour after it expires, by its
 * own clock, so the store has no `deleteExpired`. Data is stored as JSON. Configure Redis to persist,
 * or a crash can restore tickets that were taken: see the README.
 *
 * @param client The app's client, connected: the same one as for `redisStore()`, or another.
 * @param options The prefix of the keys. It can be that of `redisStore()`.
 * @returns The store for `tickets()`.
 * @throws {AuthError} `AUTH_CONFIG` when `client` is not a client, or when an option can never work.
 *
 * @example
 * const resets = tickets(redisTicketStore(client), { purpose: 'password-reset', expiresInMs: 900_000 })
 */
export function redisTicketStore(client: RedisClient, options?: RedisStoreOptions): TicketStore {
  const prefix = prefixIn(REDIS_TICKET_STORE, options)
  const run = scriptRunner(REDIS_TICKET_STORE, client)
  const keyOf = (id: string) => `{${prefix}:ticket:${LAYOUT}:${id}}`

  return {
    async put(ticket) {
      const { id, expiresAt } = ticket
      // By both clocks: when that of Redis is ahead, the ticket is stored for its whole lifetime too.
      const args = [ticketText(ticket), String(expiresAt), String(expiresAt - Date.now())]
      await run(PUT, [keyOf(id)], args)
    },

    take: (id) => runFor(TAKE, id),
    attempt: (id) => runFor(ATTEMPT, id),
  }

  async function runFor(script: string, id: string): Promise<TicketRecord | null> {
    const stored = await run<StoredTicket | null>(script, [keyOf(id)], [])
    return stored && { ...stored, id }
  }
}
