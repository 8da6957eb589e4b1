import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TicketRecord } from '@limen/core/tickets'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { startRedis } from '../test/process.ts'
import { redisTicketStore } from './index.ts'

const TICKETS = 1000
const ROUNDS = 5
const VISITORS = 12

const ticketOf = (n: number): TicketRecord => ({
  id: String(n).padStart(43, 't'),
  codeHash: 'c'.repeat(43),
  attemptsLeft: 9,
  expiresAt: Date.now() + 3_600_000,
  data: { n },
})

/** What was confirmed of a ticket before the crash. */
interface Confirmed {
  attemptsLeft: number
  isTaken: boolean
  /** Whether every call was confirmed. */
  isSure: boolean
}

describe.skipIf(!inject('redis'))('tickets, two processes and a crash', () => {
  it('gives each ticket to one of two processes', async () => {
    const prefix = 'two processes'
    const { port } = inject('redis')!
    const client = new Redis({ port })
    const store = redisTicketStore(client, { prefix })
    const all = Array.from({ length: TICKETS }, (_, n) => ticketOf(n))
    await Promise.all(all.map((ticket) => store.put(ticket)))
    const ids = all.map(({ id }) => id)

    const program = fileURLToPath(new URL('../test/take-tickets.ts', import.meta.url))
    const takers = [ids, ids.toReversed()].map((order) => {
      const args = [program, String(port), prefix, ...order]
      return output(spawn('node', args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    })
    await Promise.all(takers.map(({ ready }) => ready))
    for (const { child } of takers) child.stdin!.write('\n')
    const taken = await Promise.all(takers.map(({ lines }) => lines))

    expect(taken.flat().toSorted()).toEqual(ids.toSorted())
    for (const own of taken) expect(own.length, 'both took some').toBeGreaterThan(0)
    client.disconnect()
  })

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'P4: a confirmed take and a confirmed attempt survive a crash, round %i',
    async (round) => {
      const server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
      const client = new Redis({ port: server.port, maxRetriesPerRequest: 0 })
      client.on('error', () => {})
      try {
        const store = redisTicketStore(client)
        let untilKilled = 100 + round * 70
        let killed: Promise<void> | undefined
        const confirmed = new Map<string, Confirmed>()
        /** Stores a ticket and uses it, until a call fails. */
        const visit = async (n: number): Promise<void> => {
          const ticket = ticketOf(n)
          const own = { attemptsLeft: ticket.attemptsLeft, isTaken: false, isSure: true }
          const calls = [
            () => store.put(ticket).then(() => confirmed.set(ticket.id, own)),
            () => store.attempt(ticket.id).then(() => own.attemptsLeft--),
            () => store.attempt(ticket.id).then(() => own.attemptsLeft--),
            ...(n % 5 < 2 ? [() => store.take(ticket.id).then(() => (own.isTaken = true))] : []),
          ]
          for (const call of calls) {
            own.isSure = false
            await call()
            own.isSure = true
            if (--untilKilled === 0) killed = server.kill()
          }
        }
        const visitor = async (from: number) => {
          for (let n = from; ; n += VISITORS) await visit(n)
        }
        const failures = await Promise.allSettled(
          Array.from({ length: VISITORS }, (_, n) => visitor(n)),
        )
        for (const failure of failures) {
          expect(failure).toMatchObject({ reason: { code: 'AUTH_STORE_UNAVAILABLE' } })
        }
        await killed
        client.disconnect()
        await server.restart()

        const after = new Redis({ port: server.port })
        const restarted = redisTicketStore(after)
        let checked = 0
        for (const [id, { attemptsLeft, isTaken, isSure }] of confirmed) {
          const found = await restarted.take(id)
          if (isTaken) expect(found, 'a confirmed take').toBeNull()
          else if (isSure) expect(found?.attemptsLeft, 'confirmed attempts').toBe(attemptsLeft)
          else if (found) expect(found.attemptsLeft).toBeLessThanOrEqual(attemptsLeft)
          if (isTaken || isSure) checked++
        }
        expect(checked).toBeGreaterThan(VISITORS)
        after.disconnect()
      } finally {
        client.disconnect()
        await server.close()
      }
    },
  )
})

/** A process, when it is ready, and the lines that it prints after that. */
function output(child: ChildProcess) {
  let text = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout!.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('ready\n')) resolve()
    })
  })
  const lines = once(child, 'close').then(() => text.trimEnd().split('\n').slice(1))
  return { child, ready, lines }
}
