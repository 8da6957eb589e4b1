/** Run by `deno test`: tickets on a real Deno KV, in memory and in a file with two connections. */
import { ticketSuite } from '@limen/conformance'
import { type TicketRecord, tickets } from '@limen/core/tickets'
import { type Kv, denoKvTicketStore } from '@limen/deno'
import { countedKv, equal, failureOf, interruptedKv, withKv } from './kv.ts'

const HOUR = 3_600_000

const engines = {
  'in memory': async () => {
    const kv = await Deno.openKv(':memory:')
    return { connect: () => denoKvTicketStore(kv), close: () => kv.close() }
  },
  'in a file, two connections': async () => {
    const folder = await Deno.makeTempDir()
    const connections: Deno.Kv[] = []
    return {
      async connect() {
        const kv = await Deno.openKv(`${folder}/kv.sqlite3`)
        connections.push(kv)
        return denoKvTicketStore(kv)
      },
      async close() {
        for (const kv of connections) kv.close()
        await Deno.remove(folder, { recursive: true })
      },
    }
  },
}

for (const [where, open] of Object.entries(engines)) {
  for (const { name, run } of ticketSuite({ open })) Deno.test(`tickets ${where}: ${name}`, run)
}

const ticketOf = (change: Partial<TicketRecord> = {}): TicketRecord => ({
  id: 't'.repeat(43),
  codeHash: 'c'.repeat(43),
  attemptsLeft: 3,
  expiresAt: Date.now() + HOUR,
  data: { email: 'ada@example.com' },
  ...change,
})

Deno.test('a ticket costs one commit to create, a get and a commit to try or take', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const store = denoKvTicketStore(countedKv(kv, calls) as Kv)
    const { id } = ticketOf()
    await store.put(ticketOf())
    equal(calls.splice(0), ['atomic'], 'put')
    await store.attempt(id)
    equal(calls.splice(0), ['get', 'atomic'], 'attempt')
    await store.take(id)
    equal(calls.splice(0), ['get', 'atomic'], 'take')
    equal([await store.take(id), await store.attempt(id)], [null, null])
    equal(calls.splice(0), ['get', 'get'], 'of a ticket that does not exist')
    await store.put(ticketOf({ attemptsLeft: 0 }))
    calls.length = 0
    equal(await store.attempt(id), null)
    equal(calls, ['get'], 'without an attempt left')
  }))

Deno.test('a lost check is read again: a ticket that was tried is taken, one that was taken is not', () =>
  withKv(':memory:', async (kv) => {
    const store = denoKvTicketStore(kv)
    const { id } = ticketOf()
    const while_ = (during: () => Promise<unknown>) => denoKvTicketStore(interruptedKv(kv, during))

    await store.put(ticketOf())
    equal((await while_(() => store.attempt(id)).take(id))?.attemptsLeft, 2, 'take during attempt')
    await store.put(ticketOf())
    equal(await while_(() => store.take(id)).take(id), null, 'take during take')
    await store.put(ticketOf())
    equal(await while_(() => store.take(id)).attempt(id), null, 'attempt during take')
    equal(await store.take(id), null, 'it is not restored')
    await store.put(ticketOf())
    const tried = await while_(() => store.attempt(id)).attempt(id)
    equal(tried?.attemptsLeft, 1, 'attempt during attempt')
  }))

Deno.test('Deno KV deletes a ticket an hour after it expires, also after attempts', () =>
  withKv(':memory:', async (kv) => {
    const lifetimes: (number | undefined)[] = []
    const watched = new Proxy(kv, {
      get(target, name) {
        if (name !== 'atomic') return (Reflect.get(target, name) as () => unknown).bind(target)
        return () => {
          const atomic = target.atomic()
          const set = atomic.set.bind(atomic)
          atomic.set = (key, value, options) => {
            lifetimes.push(options?.expireIn)
            return set(key, value, options)
          }
          return atomic
        }
      },
    })
    const store = denoKvTicketStore(watched as Kv)
    await store.put(ticketOf())
    await store.attempt(ticketOf().id)
    await store.put(ticketOf({ expiresAt: 1 }))
    const hours = lifetimes.map((ms) => Math.round((ms ?? 0) / HOUR))
    equal(hours, [2, 2, 1])
  }))

Deno.test('a value of another layout is not a ticket', () =>
  withKv(':memory:', async (kv) => {
    const store = denoKvTicketStore(kv)
    await store.put(ticketOf())
    for await (const { key, value } of kv.list<object>({ prefix: ['limen', 'ticket'] })) {
      for (const other of [{ ...value, layout: 0 }, 'text', 7, null, {}]) {
        await kv.set(key, other)
        equal(await store.attempt(ticketOf().id), null)
        equal(await store.take(ticketOf().id), null)
      }
    }
  }))

Deno.test('P3: Deno KV stores neither the token nor the code of a ticket', () =>
  withKv(':memory:', async (kv) => {
    const code = { digits: 12, attempts: 3 }
    const options = { purpose: 'email-code', expiresInMs: HOUR, code }
    const codes = tickets<{ email: string }>(denoKvTicketStore(kv), options)
    const created = await codes.create({ email: 'ada@example.com' })
    const stored = JSON.stringify(await Array.fromAsync(kv.list({ prefix: [] })))
    equal(stored.includes('ada@example.com'), true, 'the ticket is stored')
    equal([stored.includes(created.token), stored.includes(created.code)], [false, false])
  }))

Deno.test('E2: failures of tickets have codes', async () => {
  const kv = await Deno.openKv(':memory:')
  const store = denoKvTicketStore(kv)
  const huge = { note: 'private'.repeat(10_000) }
  equal(await failureOf(() => store.put(ticketOf({ data: huge }))), [
    'AUTH_RECORD_TOO_LARGE',
    'Deno KV: the attributes are too large: a record can have at most 64 KiB',
  ])
  equal(await failureOf(() => store.put(ticketOf({ data: () => 'private' }))), [
    'AUTH_STORE_REJECTED',
    'Deno KV: an attribute cannot be stored',
  ])
  equal(await failureOf(() => store.take('x'.repeat(3000))), [
    'AUTH_STORE_REJECTED',
    'Deno KV: Key too large for read (max 2049 bytes)',
  ])
  equal(await store.take(ticketOf().id), null, 'nothing was stored')
  kv.close()
  const closed = ['AUTH_STORE_UNAVAILABLE', 'Deno KV: Bad resource ID. The database was closed']
  equal(await failureOf(() => store.put(ticketOf())), closed)
  equal(await failureOf(() => store.take('t')), closed)
  equal(await failureOf(() => store.attempt('t')), closed)
})
