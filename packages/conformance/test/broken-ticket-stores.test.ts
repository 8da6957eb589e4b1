/** The suite of ticket stores on a right store, and on broken ones that it must catch. */
import type { TicketRecord, TicketStore } from '@limen/core/tickets'
import { describe, expect, it } from 'vitest'
import { ticketSuite } from '../src/index.ts'

type Stored = Map<string, TicketRecord>
/** Calls that replace the right ones. */
type Break = (right: TicketStore, stored: Stored) => Partial<TicketStore>

/** A right store. Its clients share what is stored. */
function rightStore(stored: Stored): Required<TicketStore> {
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
      if (!ticket || ticket.attemptsLeft < 1) return null
      const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
      stored.set(id, tried)
      return structuredClone(tried)
    },
    async deleteExpired({ now, limit }) {
      const expired = [...stored.values()].filter((ticket) => ticket.expiresAt <= now)
      for (const { id } of expired.slice(0, limit)) stored.delete(id)
      return Math.min(expired.length, limit)
    },
  }
}

const suiteOf = (broken: Break = () => ({})) =>
  ticketSuite({
    open() {
      const stored: Stored = new Map()
      return {
        connect() {
          const right = rightStore(stored)
          return { ...right, ...broken(right, stored) }
        },
      }
    },
  })

/** An engine that takes a moment between a read and the write that follows it. */
const moment = () => Promise.resolve()

const ONCE = 'returns a ticket unchanged, once'
const MISSING = 'returns null for a ticket that does not exist'
const CASE = 'distinguishes ids that differ in case'
const EXPIRED = 'returns expired tickets too, while it has them'
const COPY = 'stores a copy: a change of a ticket outside does not change it'
const COUNTS = 'counts attempts, and changes nothing else'
const AFTER_LAST = 'takes a ticket after attempts, also after the last one'
const NO_CODE = 'a ticket without a code has no attempt'
const ONE_TAKES = 'gives a ticket to one of 50 concurrent calls'
const EXACT = 'counts the attempts of 50 concurrent calls exactly'
const TAKEN = 'after a ticket was taken, no concurrent attempt restores it'
const DELETES = 'deletes expired tickets, at most limit of them, and returns how many'
const TICKETS = 'tickets() over it: one purpose, one code, one taker'

const takenTwice: Break = (_, stored) => ({
  async take(id) {
    const ticket = stored.get(id) ?? null
    await moment()
    stored.delete(id)
    return ticket
  },
})

const countedLate: Break = (_, stored) => ({
  async attempt(id) {
    const ticket = stored.get(id)
    if (!ticket?.attemptsLeft) return null
    await moment()
    const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
    stored.set(id, tried)
    return structuredClone(tried)
  },
})

const loweredIds: Break = (right) => ({
  put: (ticket) => right.put({ ...ticket, id: ticket.id.toLowerCase() }),
  take: (id) => right.take(id.toLowerCase()),
  attempt: (id) => right.attempt(id.toLowerCase()),
})

const cases: [what: string, broken: Break, caughtBy: string][] = [
  ['a ticket that stays', (_, stored) => ({ take: async (id) => stored.get(id) ?? null }), ONCE],
  [
    'a ticket without its data',
    (right) => ({ put: (ticket) => right.put({ ...ticket, data: {} }) }),
    ONCE,
  ],
  [
    'a take that deletes all tickets',
    (_, stored) => ({
      async take(id) {
        const ticket = stored.get(id) ?? null
        stored.clear()
        return ticket
      },
    }),
    ONCE,
  ],
  [
    'a take that rejects for an unknown ticket',
    (right) => ({
      async take(id) {
        return (await right.take(id)) ?? Promise.reject(new Error('unknown'))
      },
    }),
    MISSING,
  ],
  ['a ticket that is taken twice', takenTwice, ONE_TAKES],
  ['a ticket that is taken twice, through tickets()', takenTwice, TICKETS],
  ['ids compared without the case of their letters', loweredIds, CASE],
  [
    'an attempt that compares ids without the case of their letters',
    (right) => ({ attempt: (id) => right.attempt(id.toLowerCase()) }),
    CASE,
  ],
  [
    'expired tickets that are not returned',
    (right) => ({
      async take(id) {
        const ticket = await right.take(id)
        return ticket && ticket.expiresAt > Date.now() ? ticket : null
      },
    }),
    EXPIRED,
  ],
  [
    'an attempt that ignores expired tickets',
    (right, stored) => ({
      attempt: async (id) =>
        (stored.get(id)?.expiresAt ?? 0) > Date.now() ? right.attempt(id) : null,
    }),
    EXPIRED,
  ],
  [
    'tickets that expire a minute too early',
    (right) => ({
      deleteExpired: undefined,
      async take(id) {
        const ticket = await right.take(id)
        return ticket && ticket.expiresAt > Date.now() + 60_000 ? ticket : null
      },
    }),
    EXPIRED,
  ],
  [
    'data that is not copied when it is stored',
    (_, stored) => ({ put: async (ticket) => void stored.set(ticket.id, ticket) }),
    COPY,
  ],
  [
    'data that is not copied when it is returned',
    (_, stored) => ({
      async attempt(id) {
        const ticket = stored.get(id)
        if (!ticket?.attemptsLeft) return null
        const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
        stored.set(id, tried)
        return tried
      },
    }),
    COPY,
  ],
  [
    'attempts below zero',
    (_, stored) => ({
      async attempt(id) {
        const ticket = stored.get(id)
        if (!ticket) return null
        const tried = { ...ticket, attemptsLeft: ticket.attemptsLeft - 1 }
        stored.set(id, tried)
        return structuredClone(tried)
      },
    }),
    COUNTS,
  ],
  [
    'attempts below zero of a ticket without a code',
    (right, stored) => ({
      async attempt(id) {
        const ticket = stored.get(id)
        return ticket?.codeHash === '' ? { ...ticket, attemptsLeft: -1 } : right.attempt(id)
      },
    }),
    NO_CODE,
  ],
  [
    'an attempt that returns the ticket as it was before',
    (right) => ({
      async attempt(id) {
        const tried = await right.attempt(id)
        return tried && { ...tried, attemptsLeft: tried.attemptsLeft + 1 }
      },
    }),
    COUNTS,
  ],
  [
    'a last attempt that deletes the ticket',
    (right, stored) => ({
      async attempt(id) {
        const tried = await right.attempt(id)
        if (tried?.attemptsLeft === 0) stored.delete(id)
        return tried
      },
    }),
    AFTER_LAST,
  ],
  ['attempts that are lost under concurrency', countedLate, EXACT],
  ['an attempt that restores a ticket that was taken', countedLate, TAKEN],
  [
    'an expired ticket that is deleted a millisecond too early',
    (right) => ({
      deleteExpired: ({ now, limit }) => right.deleteExpired!({ now: now + 1, limit }),
    }),
    DELETES,
  ],
  [
    'an expired ticket that is deleted a millisecond too late',
    (right) => ({
      deleteExpired: ({ now, limit }) => right.deleteExpired!({ now: now - 1, limit }),
    }),
    DELETES,
  ],
  [
    'a deletion without a limit',
    (right) => ({ deleteExpired: ({ now }) => right.deleteExpired!({ now, limit: Infinity }) }),
    DELETES,
  ],
]

describe('ticketSuite()', () => {
  it.each(suiteOf())('passes a right store: $name', ({ run }) => run())

  it.each(cases)('catches %s', async (_, broken, caughtBy) => {
    const { run } = suiteOf(broken).find(({ name }) => name === caughtBy)!
    await expect(run()).rejects.toThrow()
  })

  it('has a broken store for each of its cases', () => {
    const caught = new Set(cases.map(([, , caughtBy]) => caughtBy))
    expect(suiteOf().flatMap(({ name }) => (caught.has(name) ? [] : [name]))).toEqual([])
  })
})
