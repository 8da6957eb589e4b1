/** What every store of tickets must do, as data. */
import { type TicketRecord, type TicketStore, tickets } from '@limen/core/tickets'
import { equal, holds, sameText } from './expect.ts'

/** A store of tickets under test. */
export interface TicketSubject {
  /** Opens an empty engine. */
  readonly open: () => OpenedTickets | Promise<OpenedTickets>
}

/** An engine with tickets. */
export interface OpenedTickets {
  /** A store over it. Called once for each of several clients. */
  readonly connect: () => TicketStore | Promise<TicketStore>
  /** Closes the engine. */
  readonly close?: () => void | Promise<void>
}

/** One thing that a store of tickets must do, ready to be run. */
export interface TicketCase {
  /** What it must do. */
  readonly name: string
  /** Opens an engine, runs the case and closes the engine; rejects when the store fails the case. */
  readonly run: () => Promise<void>
}

/** A case over two clients of one engine. */
interface WrittenCase {
  readonly name: string
  readonly run: (store: TicketStore, other: TicketStore) => Promise<void>
}

const RACERS = 50
const HOUR = 3_600_000
const DATA = {
  email: 'ada@example.com',
  nested: { list: [1, 0.1, null, true, 'é"\\\n'], empty: {}, text: '' },
}

/**
 * Lists everything that a store of tickets must do, for any test runner to loop over.
 *
 * @param subject The store.
 * @returns The cases, each with an engine of its own.
 *
 * @example
 * const open = () => {
 *   const store = memoryTicketStore()
 *   return { connect: () => store }
 * }
 * for (const { name, run } of ticketSuite({ open })) it(name, run)
 */
export function ticketSuite(subject: TicketSubject): readonly TicketCase[] {
  return cases.map(({ name, run }) => ({
    name,
    async run() {
      const engine = await subject.open()
      try {
        await run(await engine.connect(), await engine.connect())
      } finally {
        await engine.close?.()
      }
    },
  }))
}

function ticketOf(letter: string, change: Partial<TicketRecord> = {}): TicketRecord {
  const expiresAt = Date.now() + HOUR
  return { id: letter.repeat(43), codeHash: '', attemptsLeft: 0, expiresAt, data: DATA, ...change }
}

const withCode = (letter: string, attemptsLeft: number) =>
  ticketOf(letter, { codeHash: 'c'.repeat(43), attemptsLeft })

function count<Result>(results: readonly Result[], isCounted: (result: Result) => boolean): number {
  return results.filter(isCounted).length
}

const cases: readonly WrittenCase[] = [
  {
    name: 'returns a ticket unchanged, once',
    async run(store) {
      const ticket = ticketOf('a')
      await store.put(ticket)
      await store.put(ticketOf('b'))
      equal(await store.take(ticket.id), ticket, 'the first take')
      equal(await store.take(ticket.id), null, 'the second take')
      equal((await store.take(ticketOf('b').id))?.id, ticketOf('b').id, 'another ticket')
    },
  },
  {
    name: 'returns null for a ticket that does not exist',
    async run(store) {
      equal(await store.take('x'.repeat(43)), null, 'take')
      equal(await store.attempt('x'.repeat(43)), null, 'attempt')
    },
  },
  {
    name: 'distinguishes ids that differ in case',
    async run(store) {
      await store.put(ticketOf('a'))
      equal(await store.take('A'.repeat(43)), null, 'take')
      await store.put(withCode('b', 3))
      equal(await store.attempt('B'.repeat(43)), null, 'attempt')
    },
  },
  {
    name: 'returns expired tickets too, while it has them',
    async run(store) {
      const soon = ticketOf('a', { expiresAt: Date.now() + 1000 })
      await store.put(soon)
      equal(await store.take(soon.id), soon, 'one that is valid for a second')
      const expired = { ...withCode('b', 3), expiresAt: Date.now() - 1000 }
      await store.put(expired)
      const tried = await store.attempt(expired.id)
      const taken = await store.take(expired.id)
      // An engine that deletes expired tickets by itself can have deleted it at any time.
      const canBeGone = !store.deleteExpired
      for (const found of [
        tried && { ...tried, attemptsLeft: 3 },
        taken && { ...taken, attemptsLeft: 3 },
      ]) {
        holds((canBeGone && found === null) || sameText(found, expired), 'an expired one')
      }
    },
  },
  {
    name: 'stores a copy: a change of a ticket outside does not change it',
    async run(store) {
      const data = structuredClone(DATA)
      const ticket = { ...withCode('a', 3), data }
      await store.put(ticket)
      data.email = 'eve@example.com'
      data.nested.list.length = 0
      const tried = await store.attempt(ticket.id)
      equal(tried?.data, DATA, 'after a change of what was stored')
      const returned = tried?.data as { nested: object }
      try {
        returned.nested = {}
      } catch {
        // A frozen copy is as good.
      }
      equal((await store.take(ticket.id))?.data, DATA, 'after a change of what was returned')
    },
  },
  {
    name: 'counts attempts, and changes nothing else',
    async run(store) {
      const ticket = withCode('a', 3)
      await store.put(ticket)
      for (const attemptsLeft of [2, 1, 0]) {
        equal(await store.attempt(ticket.id), { ...ticket, attemptsLeft }, `${attemptsLeft} left`)
      }
      equal(await store.attempt(ticket.id), null, 'no attempt left')
    },
  },
  {
    name: 'takes a ticket after attempts, also after the last one',
    async run(store) {
      const ticket = withCode('a', 1)
      await store.put(ticket)
      await store.attempt(ticket.id)
      equal(await store.take(ticket.id), { ...ticket, attemptsLeft: 0 }, 'take')
      equal(await store.attempt(ticket.id), null, 'attempt after take')
    },
  },
  {
    name: 'a ticket without a code has no attempt',
    async run(store) {
      await store.put(ticketOf('a'))
      equal(await store.attempt(ticketOf('a').id), null, 'attempt')
      equal((await store.take(ticketOf('a').id))?.data, DATA, 'take')
    },
  },
  {
    name: `gives a ticket to one of ${RACERS} concurrent calls`,
    async run(store, other) {
      for (const letter of 'abc') {
        const ticket = ticketOf(letter)
        await store.put(ticket)
        const racers = Array.from({ length: RACERS }, (_, racer) =>
          (racer % 2 ? store : other).take(ticket.id),
        )
        const results = await Promise.all(racers)
        equal(
          count(results, (taken) => taken !== null),
          1,
          'how many received it',
        )
      }
    },
  },
  {
    name: `counts the attempts of ${RACERS} concurrent calls exactly`,
    async run(store, other) {
      const ticket = withCode('a', 7)
      await store.put(ticket)
      const racers = Array.from({ length: RACERS }, (_, racer) =>
        (racer % 2 ? store : other).attempt(ticket.id),
      )
      const results = await Promise.all(racers)
      const left = results.flatMap((tried) => (tried ? [tried.attemptsLeft] : []))
      equal(
        left.toSorted((a, b) => b - a),
        [6, 5, 4, 3, 2, 1, 0],
        'what the attempts left',
      )
    },
  },
  {
    name: 'after a ticket was taken, no concurrent attempt restores it',
    async run(store, other) {
      for (let round = 0; round < 20; round++) {
        const id = String(round).padStart(43, 'r')
        await store.put({ ...withCode('a', 9), id })
        const calls = [0, 1, 2, 3, 4].map(
          (call) => () => (call === round % 5 ? store.take(id) : other.attempt(id)),
        )
        await Promise.all(calls.map((call) => call()))
        equal(await store.take(id), null, `take after round ${round}`)
        equal(await store.attempt(id), null, `attempt after round ${round}`)
      }
    },
  },
  {
    name: 'deletes expired tickets, at most limit of them, and returns how many',
    async run(store) {
      // Without it, the engine deletes them by itself.
      if (!store.deleteExpired) return
      const times = { a: 10, b: 20, c: 30, d: 31 }
      for (const [letter, expiresAt] of Object.entries(times)) {
        await store.put(ticketOf(letter, { expiresAt }))
      }
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 2, 'first batch')
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 1, 'second batch')
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 0, 'third batch')
      equal((await store.take(ticketOf('d').id))?.expiresAt, 31, 'the remaining ticket')
    },
  },
  {
    name: 'tickets() over it: one purpose, one code, one taker',
    async run(store, other) {
      const options = { purpose: 'email-code', expiresInMs: HOUR }
      const code = { digits: 6, attempts: 3 }
      const codes = tickets<typeof DATA>(store, { ...options, code })
      const links = tickets<typeof DATA>(store, { ...options, purpose: 'link' })
      const created = await codes.create(DATA)
      const wrong = String((Number(created.code) + 1) % 1_000_000).padStart(6, '0')

      equal(await links.take(created.token), { valid: false, reason: 'unknown' }, 'other purpose')
      const guessed = { valid: false, reason: 'wrong-code', attemptsLeft: 2 }
      equal(await codes.take(created.token, wrong), guessed, 'a wrong code')
      const same = tickets<typeof DATA>(other, { ...options, code })
      equal(await same.take(created.token, created.code), { valid: true, data: DATA }, 'right')
      const unknown = { valid: false, reason: 'unknown' }
      equal(await codes.take(created.token, created.code), unknown, 'a second time')

      const { token } = await links.create(DATA)
      const results = await Promise.all(Array.from({ length: 10 }, () => links.take(token)))
      equal(
        count(results, ({ valid }) => valid),
        1,
        'how many took the link',
      )
    },
  },
]
