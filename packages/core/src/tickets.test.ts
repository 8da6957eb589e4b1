import { describe, expect, it } from 'vitest'
import { type Store, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import {
  type TicketRecord,
  type TicketStore,
  memoryTicketStore,
  purgeTickets,
  tickets,
} from '@limen/core/tickets'

const MINUTE = 60_000

/** A store that shows what it has been given, and a clock. */
function createTickets() {
  const store = memoryTicketStore()
  const records: TicketRecord[] = []
  const calls: string[] = []
  const seen: TicketStore = {
    put(ticket) {
      calls.push('put')
      records.push(ticket)
      return store.put(ticket)
    },
    take: (id) => (calls.push('take'), store.take(id)),
    attempt: (id) => (calls.push('attempt'), store.attempt(id)),
    deleteExpired: (options) => store.deleteExpired!(options),
  }
  const clock = { now: 1_700_000_000_000 }
  const shared = { expiresInMs: 10 * MINUTE, now: () => clock.now }
  const links = tickets<{ email: string }>(seen, { purpose: 'link', ...shared })
  const codes = tickets<{ email: string }>(seen, {
    purpose: 'code',
    code: { digits: 6, attempts: 3 },
    ...shared,
  })
  return { calls, clock, codes, links, records, seen, shared, store }
}

const data = { email: 'ada@example.com' }
const not = (reason: string) => ({ valid: false, reason })

describe('tickets()', () => {
  it('[T55] are valid once', async () => {
    const { calls, clock, links } = createTickets()
    const { token, expiresAt } = await links.create(data)
    expect(+expiresAt).toBe(clock.now + 10 * MINUTE)
    expect(await links.take(token)).toEqual({ valid: true, data })
    expect(await links.take(token)).toEqual(not('unknown'))
    expect(calls).toEqual(['put', 'take', 'take'])
  })

  it('[T55] expire, and an expired one is taken too', async () => {
    const { clock, links } = createTickets()
    const [early, late] = [await links.create(data), await links.create(data)]
    clock.now += 10 * MINUTE - 1
    expect((await links.take(early.token)).valid).toBe(true)
    clock.now += 1
    expect(await links.take(late.token)).toEqual(not('expired'))
    expect(await links.take(late.token)).toEqual(not('unknown'))
  })

  it.each([
    undefined,
    null,
    5,
    '',
    'short',
    [['t'.repeat(43)]],
    `${'t'.repeat(42)}!`,
    `${'t'.repeat(43)}\n`,
    't'.repeat(44),
  ])('refuses %j without a call of the store', async (token) => {
    const { calls, codes, links } = createTickets()
    expect(await links.take(token)).toEqual(not('malformed'))
    expect(await codes.take(token, '123456')).toEqual(not('malformed'))
    expect(calls).toEqual([])
  })

  it('[T56] of another purpose are unknown, and so are those with a code', async () => {
    const { codes, links, seen, shared } = createTickets()
    const other = tickets(seen, { purpose: 'reset', ...shared })
    const withoutCode = tickets(seen, { purpose: 'code', ...shared })
    const { token } = await links.create(data)
    expect(await other.take(token)).toEqual(not('unknown'))
    const created = await codes.create(data)
    expect(await withoutCode.take(created.token)).toEqual(not('unknown'))
    expect((await links.take(token)).valid).toBe(true)
    expect((await codes.take(created.token, created.code)).valid).toBe(true)
  })

  it('[T57] store neither the token nor the code, and their hashes open nothing', async () => {
    const { codes, links, records } = createTickets()
    const { token } = await links.create(data)
    const withCode = await codes.create(data)
    const stored = JSON.stringify(records)
    for (const secret of [token, withCode.token, withCode.code])
      expect(stored).not.toContain(secret)
    for (const { id, codeHash } of records) {
      for (const leaked of [id, codeHash]) {
        expect((await links.take(leaked)).valid).toBe(false)
        expect((await codes.take(leaked, withCode.code)).valid).toBe(false)
      }
    }
    expect(records.map(({ id }) => id.length)).toEqual([43, 43])
  })

  it('copy the data, and refuse what JSON cannot carry', async () => {
    const { calls, links } = createTickets()
    const given = { email: 'before' }
    const creating = links.create(given)
    given.email = 'after'
    const { token } = await creating
    expect(await links.take(token)).toEqual({ valid: true, data: { email: 'before' } })
    calls.length = 0
    await expect(links.create({ email: new Date() } as never)).rejects.toMatchObject({
      code: 'AUTH_INVALID_ATTRIBUTES',
      message:
        'data.email must be a number such as date.getTime() (got an object of the class Date)',
    })
    expect(calls).toEqual([])
  })

  it('[T54] count every attempt, and compare codes without spaces', async () => {
    const { calls, codes } = createTickets()
    const { token, code } = await codes.create(data)
    const wrong = code === '000000' ? '000001' : '000000'
    for (const attemptsLeft of [2, 1]) {
      expect(await codes.take(token, wrong)).toEqual({ ...not('wrong-code'), attemptsLeft })
    }
    expect(await codes.take(token, ` ${code.slice(0, 3)}-${code.slice(3)} `)).toEqual({
      valid: true,
      data,
    })
    expect(await codes.take(token, code)).toEqual(not('unknown'))
    expect(calls).toEqual(['put', 'attempt', 'attempt', 'attempt', 'take', 'attempt'])
  })

  it('[T54] are unknown after the last wrong code, also with the right one', async () => {
    const { codes } = createTickets()
    const { token, code } = await codes.create(data)
    const wrong = code === '000000' ? '000001' : '000000'
    for (let attempts = 0; attempts < 3; attempts++) await codes.take(token, wrong)
    expect(await codes.take(token, code)).toEqual(not('unknown'))
  })

  it.each([undefined, null, 123456, '', '12345', '1234567', '12345a', '１２３４５６'])(
    'counts no attempt for %j, which no code can be',
    async (given) => {
      const { calls, codes } = createTickets()
      const { token } = await codes.create(data)
      expect(await codes.take(token, given)).toEqual(not('malformed'))
      expect(calls).toEqual(['put'])
    },
  )

  it('have an expired code', async () => {
    const { clock, codes } = createTickets()
    const { token, code } = await codes.create(data)
    clock.now += 10 * MINUTE
    expect(await codes.take(token, code)).toEqual(not('expired'))
  })

  it('[T54] have codes of random digits, each as likely as the others', async () => {
    const { seen, shared } = createTickets()
    const long = tickets(seen, { purpose: 'x', code: { digits: 40, attempts: 1 }, ...shared })
    const counts = new Map<string, number>()
    for (let made = 0; made < 500; made++) {
      const { code } = await long.create({})
      expect(code).toMatch(/^\d{40}$/)
      for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1)
    }
    // 2,000 of each are expected, with a standard deviation of 42.
    for (const digit of '0123456789') {
      expect(Math.abs((counts.get(digit) ?? 0) - 2000)).toBeLessThan(300)
    }
  })

  it('are deleted when they have expired', async () => {
    const { clock, links, seen, shared } = createTickets()
    for (let made = 0; made < 3; made++) await links.create(data)
    clock.now += 10 * MINUTE
    const { token } = await links.create(data)
    expect(await links.deleteExpired({ limit: 2 })).toBe(2)
    expect(await links.deleteExpired()).toBe(1)
    expect((await links.take(token)).valid).toBe(true)
    const selfExpiring = { ...seen, deleteExpired: undefined } as unknown as TicketStore
    expect(await tickets(selfExpiring, { purpose: 'x', ...shared }).deleteExpired()).toBe(0)
    for (const limit of [0, -1, 1.5, '5']) {
      await expect(links.deleteExpired({ limit: limit as number })).rejects.toMatchObject({
        code: 'AUTH_CONFIG',
      })
    }
  })

  it('are deleted with the sessions, by purgeTickets()', async () => {
    const { clock, links, seen } = createTickets()
    const auth = limen({
      store: memoryStore(),
      extensions: [purgeTickets(seen)],
      now: () => clock.now,
    })
    const { userId } = await auth.createUser({})
    for (let made = 0; made < 3; made++) {
      await links.create(data)
      await auth.createSession({ userId })
    }
    expect(await auth.deleteExpiredSessions()).toBe(0)
    clock.now += 10 * MINUTE
    expect(await auth.deleteExpiredSessions({ limit: 2 })).toBe(2)
    clock.now += 15 * 24 * 60 * MINUTE
    expect(await auth.deleteExpiredSessions({ limit: 3 })).toBe(3)
    expect(await auth.deleteExpiredSessions({ limit: 3 })).toBe(1)
    expect(await auth.getAllUserSessions(userId)).toEqual([])
  })

  it('are deleted beside a store whose sessions the engine deletes', async () => {
    const users = memoryStore()
    const selfExpiring = {
      ...memoryStore(),
      traits: { selfExpiring: true },
      deleteExpired: undefined,
      createUser(user: Parameters<typeof users.createUser>[0]) {
        // A class with private fields needs it.
        expect(this).toBe(selfExpiring)
        return users.createUser(user)
      },
    } as unknown as Store<object, object>
    const { clock, links, seen } = createTickets()
    const auth = limen({
      store: selfExpiring,
      extensions: [purgeTickets(seen)],
      now: () => clock.now,
    })
    await links.create(data)
    expect(await auth.createUser({ userId: 'ada' })).toEqual({ userId: 'ada' })
    clock.now += 10 * MINUTE
    expect(await auth.deleteExpiredSessions()).toBe(1)
  })

  it('are neither valid nor wrong while the store fails', async () => {
    const { codes, shared, store } = createTickets()
    const { token, code } = await codes.create(data)
    for (const call of ['put', 'take', 'attempt'] as const) {
      const failing = { ...store, [call]: () => Promise.reject(new Error('down')) }
      const broken = tickets<{ email: string }>(failing, {
        purpose: 'code',
        code: { digits: 6, attempts: 3 },
        ...shared,
      })
      const act = call === 'put' ? broken.create(data) : broken.take(token, code)
      await expect(act).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    }
  })
})
