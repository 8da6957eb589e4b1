import { ticketSuite } from '@limen/conformance'
import { tickets } from '@limen/core/tickets'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { recorded } from '../test/recorded.ts'
import { dialects } from './dialects/index.ts'
import { type TicketLayout, migrate, sqlTicketStore } from './index.ts'

const ticket = {
  id: 'a'.repeat(43),
  codeHash: 'c'.repeat(43),
  attemptsLeft: 2,
  expiresAt: 2 ** 53 - 1,
  data: { email: 'ada@example.com' },
}

describe.each(await everywhere())('sqlTicketStore() in %s', (_, open) => {
  const suiteOver = (layout?: TicketLayout) =>
    ticketSuite({
      async open() {
        const { maker, connect, close } = await open()
        await migrate(maker, { ticket: layout })
        return {
          connect: () => sqlTicketStore(connect(), layout),
          close: async () => void (await close()),
        }
      },
    })
  it.each(suiteOver())('$name', ({ run }) => run())
  it.each(suiteOver({ table: 'app "ticket' }))('in its own table, $name', ({ run }) => run())

  it('runs one statement for each call, and two where the engine returns no changed row', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const { driver: counted, ran } = recorded(driver)
    const store = sqlTicketStore(counted)
    const cost = async (call: () => Promise<unknown>) => {
      const before = ran.length
      await call()
      return ran.length - before
    }
    const { deleteReturning, updateReturning } = dialects[driver.dialect].statements
    expect({
      put: await cost(() => store.put(ticket)),
      attempt: await cost(() => store.attempt(ticket.id)),
      take: await cost(() => store.take(ticket.id)),
      deleteExpired: await cost(() => store.deleteExpired!({ now: 1, limit: 1 })),
    }).toEqual({
      put: 1,
      attempt: updateReturning ? 1 : 2,
      take: deleteReturning ? 1 : 2,
      deleteExpired: 1,
    })
    await close()
  })

  it('returns exactly the data that was stored', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlTicketStore(driver)
    const every: unknown[] = [
      null,
      true,
      ['', 'null', '\0', '\ud800', '😀', 'é', ' '],
      [1e21, -0.1 - 0.2, 5e-324, 2 ** 53],
      [[], [[]], {}],
      { b: 1, a: 2, 'limen:json': '1', '': null, '%s $1 ? :x': "'" },
      JSON.parse(`${'['.repeat(90)}${']'.repeat(90)}`),
      'x'.repeat(100_000),
    ]
    for (const [n, data] of every.entries()) {
      const id = String(n).padStart(43, 'd')
      await store.put({ ...ticket, id, data })
      expect(JSON.stringify((await store.attempt(id))?.data)).toBe(JSON.stringify(data))
      expect(JSON.stringify((await store.take(id))?.data)).toBe(JSON.stringify(data))
    }
    await close()
  })

  it('matches no ticket with an id that was not stored', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlTicketStore(driver)
    await store.put(ticket)
    const ids = [`${ticket.id} `, ` ${ticket.id}`, ticket.id.toUpperCase(), "' or 1=1 --", '%', '']
    for (const id of [...ids, '0', 'á'.repeat(43), `${ticket.id}\u0301`]) {
      expect(await store.take(id)).toBeNull()
      expect(await store.attempt(id)).toBeNull()
    }
    for (const id of [0, null, undefined, {}, [ticket.id], true]) {
      const rejected = { code: 'AUTH_STORE_REJECTED' }
      await expect(store.take(id as never)).rejects.toMatchObject(rejected)
      await expect(store.attempt(id as never)).rejects.toMatchObject(rejected)
      await expect(store.put({ ...ticket, id: id as never })).rejects.toMatchObject(rejected)
    }
    expect(await store.take(ticket.id)).toEqual(ticket)
    await close()
  })

  it('E2: is AUTH_STORE_REJECTED where its table is missing, and names the remedy', async () => {
    const { driver, close } = await open()
    const store = sqlTicketStore(driver)
    const calls: Record<string, () => Promise<unknown>> = {
      'create a ticket': () => store.put(ticket),
      'take a ticket': () => store.take(ticket.id),
      'count an attempt at a ticket': () => store.attempt(ticket.id),
      'delete expired tickets': () => store.deleteExpired!({ now: 1, limit: 1 }),
    }
    for (const [words, call] of Object.entries(calls)) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'AUTH_STORE_REJECTED',
        message: expect.stringMatching(
          new RegExp(`^Cannot ${words}: .*limen_ticket.*\\. Apply the migrations: `),
        ),
      })
      expect(String((error as Error).cause)).not.toMatch(/aaaa|cccc|ada@/)
    }
    const resets = tickets(store, { purpose: 'reset', expiresInMs: 1000 })
    await expect(resets.create({})).rejects.toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    await close()
  })

  it('E2: is AUTH_STORE_REJECTED for an id that exists, and shows no value', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlTicketStore(driver)
    await store.put(ticket)
    const error = await store.put(ticket).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toMatch(/aaaa|cccc|ada@/)
    await close()
  })
})
