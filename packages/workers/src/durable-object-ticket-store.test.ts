import { reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { ticketSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { type TicketRecord, tickets } from '@limen/core/tickets'
import { routeOf } from '@limen/core/store-kit'
import { LimenSessions } from '@limen/workers/durable-object'
import { beforeEach, describe, expect, it } from 'vitest'
import { type TicketsNamespace, durableObjectStore, durableObjectTicketStore } from './index.ts'

const HOUR = 3_600_000
const MINUTES = 600_000

beforeEach(() => reset(), MINUTES)

describe('durableObjectTicketStore()', () => {
  const open = async () => {
    await reset()
    return { connect: () => durableObjectTicketStore(env.SESSIONS) }
  }
  it.each(ticketSuite({ open }))('$name', ({ run }) => run(), MINUTES)
})

describe('durableObjectTicketStore(), counted at the binding', () => {
  it('costs one call for each call', async () => {
    const calls: string[] = []
    const names: string[] = []
    const options = { purpose: 'link', expiresInMs: HOUR, code: { digits: 6, attempts: 3 } }
    const store = durableObjectTicketStore(watched(calls, names))
    const codes = tickets(store, options)
    const { token, code } = await codes.create({ to: 'ada' })
    expect(calls.splice(0)).toEqual(['putTicket'])
    const wrong = code === '000000' ? '000001' : '000000'
    await codes.take(token, wrong)
    expect(calls.splice(0)).toEqual(['attemptTicket'])
    expect(await codes.take(token, code)).toEqual({ valid: true, data: { to: 'ada' } })
    expect(calls.splice(0)).toEqual(['attemptTicket', 'takeTicket'])
    expect(await codes.take('no token', code)).toMatchObject({ reason: 'malformed' })
    expect(await codes.deleteExpired()).toBe(0)
    expect(calls).toEqual([])
    expect(new Set(names).size).toBe(1)
    expect(names[0]).toMatch(/^ticket:[\w-]{43}$/)
  })

  it('passes the region of the options in each call', async () => {
    const hints: unknown[] = []
    const namespace: TicketsNamespace = {
      idFromName: (name) => env.SESSIONS.idFromName(name),
      get(id, options) {
        hints.push(options?.locationHint)
        return env.SESSIONS.get(id as DurableObjectId, options)
      },
    }
    await durableObjectTicketStore(namespace, { locationHint: 'weur' }).take('x')
    await durableObjectTicketStore(namespace).take('x')
    expect(hints).toEqual(['weur', undefined])
  })
})

describe('LimenSessions with a ticket', () => {
  const store = durableObjectTicketStore(env.SESSIONS)
  const ticketOf = (change: Partial<TicketRecord> = {}): TicketRecord => ({
    id: 't'.repeat(43),
    codeHash: 'c'.repeat(43),
    attemptsLeft: 3,
    expiresAt: Date.now() + HOUR,
    data: { note: 'private' },
    ...change,
  })
  const object = (name: string) => env.SESSIONS.get(env.SESSIONS.idFromName(name))
  const ticketObject = (id: string) => object(`ticket:${id}`)

  it('stores nothing for a token that is not one of a ticket', async () => {
    const untouched = await stateOf(object('untouched'))
    const { id } = ticketOf()
    expect(await store.take(id)).toBe(null)
    expect(await store.attempt(id)).toBe(null)
    expect(await runDurableObjectAlarm(ticketObject(id))).toBe(false)
    expect(await stateOf(ticketObject(id))).toEqual(untouched)
    expect(untouched).toMatchObject({ tables: [], alarm: null })
  })

  it('equals a new object after its ticket is taken', async () => {
    const ticket = ticketOf()
    await store.put(ticket)
    expect(await stateOf(ticketObject(ticket.id))).not.toEqual(await stateOf(object('untouched')))
    await store.attempt(ticket.id)
    await store.take(ticket.id)
    expect(await stateOf(ticketObject(ticket.id))).toEqual(await stateOf(object('untouched')))
  })

  it('is emptied by its alarm, an hour after the ticket has expired', async () => {
    const ticket = ticketOf({ expiresAt: Date.now() + 5 * HOUR })
    await store.put(ticket)
    await store.attempt(ticket.id)
    expect(await stateOf(ticketObject(ticket.id))).toMatchObject({ alarm: ticket.expiresAt + HOUR })
    expect(await runDurableObjectAlarm(ticketObject(ticket.id))).toBe(true)
    expect(await stateOf(ticketObject(ticket.id))).toEqual(await stateOf(object('untouched')))
    expect(await store.take(ticket.id)).toBe(null)
  })

  it('is not changed when an attempt fails, and stores each attempt that counts', async () => {
    const ticket = ticketOf({ attemptsLeft: 1 })
    await store.put(ticket)
    expect(await store.attempt(ticket.id)).toEqual({ ...ticket, attemptsLeft: 0 })
    expect(await store.attempt(ticket.id)).toBe(null)
    expect(await store.take(ticket.id)).toEqual({ ...ticket, attemptsLeft: 0 })
  })

  it('P3: shares no object with a user, and neither reads the other', async () => {
    const auth = limen({ store: durableObjectStore(env.SESSIONS) })
    const { userId } = await auth.createUser({ userId: 'ada' })
    const route = await routeOf(userId)
    await auth.createSession({ userId })
    const before = await stateOf(object(route))
    expect(await object(route).takeTicket()).toBe(null)
    expect(await object(route).attemptTicket()).toBe(null)
    expect(await store.take(route)).toBe(null)
    await store.put(ticketOf({ id: route }))
    await store.take(route)
    expect(await stateOf(object(route))).toEqual(before)
    expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
  })

  it('P4: rejects with the code of the failure, without values', async () => {
    const failing = (error: Error) =>
      durableObjectTicketStore({
        idFromName: String,
        get: () => new Proxy({} as never, { get: () => () => Promise.reject(error) }),
      })
    const lost = failing(new Error('Network connection lost.'))
    for (const act of [() => lost.put(ticketOf()), () => lost.take('x'), () => lost.attempt('x')]) {
      await expect(act()).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        message: 'Durable Object: Network connection lost.',
      })
    }
    const prototype = LimenSessions.prototype as Partial<LimenSessions>
    const take = Object.getOwnPropertyDescriptor(prototype, 'takeTicket')!
    delete prototype.takeTicket
    try {
      await expect(store.take('x')).rejects.toMatchObject({
        code: 'AUTH_STORE_REJECTED',
        message:
          'Durable Object: The RPC receiver does not implement "takeTicket". The class of the binding must be LimenSessions.',
      })
    } finally {
      Object.defineProperty(prototype, 'takeTicket', take)
    }
    const large = ticketOf({ data: { note: 'x'.repeat(34_000_000) } })
    await expect(store.put(large)).rejects.toMatchObject({ code: 'AUTH_RECORD_TOO_LARGE' })
    expect(await store.take(large.id)).toBe(null)
  })
})

/** The binding, with the calls and the names of the objects that were called. */
function watched(calls: string[], names: string[]): TicketsNamespace {
  return {
    idFromName(name) {
      names.push(name)
      return name
    },
    get(name) {
      const object = env.SESSIONS.get(env.SESSIONS.idFromName(name as string))
      return new Proxy(object as ReturnType<TicketsNamespace['get']>, {
        get(target, call: keyof ReturnType<TicketsNamespace['get']>) {
          calls.push(call)
          return (...args: unknown[]) =>
            (target[call] as (...args: unknown[]) => Promise<unknown>)(...args)
        },
      })
    },
  }
}

async function stateOf(object: DurableObjectStub<LimenSessions>) {
  return runInDurableObject(object, async (_, { storage }) => ({
    tables: storage.sql.exec('select name from sqlite_schema').toArray(),
    size: storage.sql.databaseSize,
    alarm: await storage.getAlarm(),
  }))
}
