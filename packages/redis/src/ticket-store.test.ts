import { ticketSuite } from '@limen/conformance'
import { type TicketRecord, tickets } from '@limen/core/tickets'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { clients, clusterClients } from '../test/clients.ts'
import { watchCommands } from '../test/commands.ts'
import { startRedis } from '../test/process.ts'
import { type RedisClient, redisTicketStore } from './index.ts'
import * as scripts from './ticket-scripts.ts'

const HOUR = 3_600_000
const YEARS = 10 * 365 * 24 * HOUR

const ticketOf = (letter: string, change: Partial<TicketRecord> = {}): TicketRecord => ({
  id: letter.repeat(43),
  codeHash: 'c'.repeat(43),
  attemptsLeft: 3,
  expiresAt: Date.now() + HOUR,
  data: { email: 'ada@example.com' },
  ...change,
})

describe.skipIf(!inject('redis'))('redisTicketStore()', () => {
  describe.each([...clients, ...clusterClients])('over $name', ({ name, connect }) => {
    const closing: (() => unknown)[] = []
    afterAll(() => Promise.all(closing.map((close) => close())))
    let engines = 0

    const open = () => {
      const prefix = `tickets ${name} ${engines++}`
      return {
        async connect() {
          const { client, close } = await connect()
          closing.push(close)
          return redisTicketStore(client, { prefix })
        },
      }
    }
    for (const one of ticketSuite({ open })) it(one.name, one.run)

    const values: [what: string, data: unknown][] = [
      ['no value', {}],
      ['an empty list and an empty object', { list: [], object: {} }],
      ['a long number', { number: 9007199254740991, fraction: 0.1 }],
      ['text that looks like a ticket', { text: '{"attemptsLeft":9}', attemptsLeft: 9 }],
      ['a name that objects have', JSON.parse('{"__proto__":{"is":"mine"}}')],
      ['half a character', { text: '\ud800' }],
    ]
    it.each(values)('stores %s', async (_what, data) => {
      const store = await open().connect()
      const ticket = ticketOf('a', { data })
      await store.put(ticket)
      expect(JSON.stringify((await store.attempt(ticket.id))?.data)).toBe(JSON.stringify(data))
      expect(JSON.stringify((await store.take(ticket.id))?.data)).toBe(JSON.stringify(data))
    })
  })

  describe('on a server', () => {
    const { port } = inject('redis') ?? { port: 0 }
    let client: RedisClient
    let admin: Redis
    beforeAll(async () => {
      admin = new Redis({ port })
      const own = new Redis({ port })
      client = own
      await Promise.all([admin.ping(), own.ping()])
      return () => own.disconnect()
    })
    afterAll(() => admin.disconnect())

    const keysOf = (prefix: string) => admin.keys(`{${prefix}:*`)

    it('makes one round trip a call, with one key', async () => {
      const prefix = 'ticket trips'
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      const watch = await watchCommands(port, prefix)
      const store = redisTicketStore(client, { prefix })
      const ticket = ticketOf('a')
      for (const call of [
        () => store.put(ticket),
        () => store.attempt(ticket.id),
        () => store.take(ticket.id),
        () => store.attempt(ticket.id),
        () => store.take(ticket.id),
      ]) {
        await watch.taken()
        await call()
        const [command, ...more] = await watch.taken()
        expect(more).toEqual([])
        expect(command).toMatchObject({
          name: 'evalsha',
          keys: [`{${prefix}:ticket:1:${'a'.repeat(43)}}`],
        })
        for (const [name, ...args] of command!.inside) {
          if (name !== 'TIME') expect(args[0]).toBe(command!.keys[0])
          if (name === 'UNLINK') expect(args).toEqual(command!.keys)
        }
      }
      await watch.close()
    })

    it('stores a ticket until an hour after it expires, also after an attempt', async () => {
      const prefix = 'ticket lifetime'
      const store = redisTicketStore(client, { prefix })
      const ticket = ticketOf('a')
      await store.put(ticket)
      const [key] = await keysOf(prefix)
      const expiry = async () => Number(await admin.pexpiretime(key!))
      const first = await expiry()
      expect(first).toBeGreaterThanOrEqual(ticket.expiresAt + HOUR)
      expect(first).toBeLessThan(ticket.expiresAt + HOUR + 60_000)
      await store.attempt(ticket.id)
      // PTTL counts from the time at which the script began.
      expect(Math.abs((await expiry()) - first)).toBeLessThan(50)
      await admin.persist(key!)
      expect((await store.attempt(ticket.id))?.attemptsLeft, 'without an expiry').toBe(1)
      expect(await admin.pttl(key!)).toBe(-1)
      await store.take(ticket.id)
      expect(await keysOf(prefix)).toEqual([])
    })

    it('has no deleteExpired: tickets() returns 0', async () => {
      const store = redisTicketStore(client, { prefix: 'ticket expiry' })
      expect('deleteExpired' in store).toBe(false)
      const resets = tickets(store, { purpose: 'reset', expiresInMs: 1000 })
      expect(await resets.deleteExpired()).toBe(0)
    })

    it.each([
      ['far ahead', YEARS],
      ['far behind', -YEARS],
    ])('E7: an app server whose clock is %s takes its tickets', async (name, offset) => {
      const prefix = `ticket clock ${name}`
      const right = Date.now
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => right() + offset)
      try {
        const resets = tickets(redisTicketStore(client, { prefix }), {
          purpose: 'reset',
          expiresInMs: 24 * HOUR,
        })
        const { token } = await resets.create({ userId: 'ada' })
        const [key] = await keysOf(prefix)
        expect(await admin.pttl(key!)).toBeGreaterThan(25 * HOUR - 60_000)
        expect(await resets.take(token)).toEqual({ valid: true, data: { userId: 'ada' } })
      } finally {
        clock.mockRestore()
      }
    })

    it('P3: stores neither the token nor the code', async () => {
      const prefix = 'ticket secrets'
      const codes = tickets(redisTicketStore(client, { prefix }), {
        purpose: 'code',
        expiresInMs: HOUR,
        code: { digits: 40, attempts: 5 },
      })
      const { token, code } = await codes.create({ email: 'ada@example.com' })
      const keys = await keysOf(prefix)
      expect(keys).toHaveLength(1)
      const stored = `${keys[0]} ${await admin.get(keys[0]!)}`
      expect(stored).toContain('ada@example.com')
      expect(stored).not.toContain(token)
      expect(stored).not.toContain(code)
    })

    it('treats a ticket of another layout or prefix as missing', async () => {
      const prefix = 'ticket layouts'
      const store = redisTicketStore(client, { prefix })
      const ticket = ticketOf('a')
      await redisTicketStore(client, { prefix: `${prefix} 2` }).put(ticket)
      await admin.set(`{${prefix}:ticket:2:${ticket.id}}`, '{}')
      expect(await store.take(ticket.id)).toBeNull()
      expect(await store.attempt(ticket.id)).toBeNull()
    })
  })

  it('takes and counts attempts while memory is full, and rejects new tickets', async () => {
    const server = await startRedis()
    const client = new Redis({ port: server.port })
    try {
      const store = redisTicketStore(client)
      const [first, second] = [ticketOf('a'), ticketOf('b')]
      await store.put(first)
      await store.put(second)
      await client.config('SET', 'maxmemory', '1')
      await expect(store.put(ticketOf('d'))).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        cause: { message: expect.stringContaining('OOM') },
      })
      for (const attemptsLeft of [2, 1, 0]) {
        expect(await store.attempt(first.id)).toEqual({ ...first, attemptsLeft })
      }
      expect(await store.attempt(first.id)).toBeNull()
      expect(await store.take(first.id)).toEqual({ ...first, attemptsLeft: 0 })
      expect(await store.take(second.id)).toEqual(second)
      expect(await client.dbsize()).toBe(0)
    } finally {
      client.disconnect()
      await server.close()
    }
  })
})
