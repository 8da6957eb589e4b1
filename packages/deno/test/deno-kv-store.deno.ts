/** Run by `deno test`: the store on a real Deno KV, in memory and in a file. */
import {
  type CaseSession,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { limen } from '@limen/core'
import { type Kv, denoKvStore } from '@limen/deno'
import fc from 'fast-check'
import stores from '../stores.json' with { type: 'json' }
import { type AnyAttributes, anyStore, caseStore, countedKv, equal, inFile, withKv } from './kv.ts'

/** How many histories a soak runs, in place of the number here. */
const soak = Deno.env.get('HISTORIES')
const chance = soak
  ? { histories: Number(soak), seed: Number(Deno.env.get('SEED')) }
  : { histories: 200 }

const suites = [
  ['in memory', chance, () => ({ path: ':memory:', remove: async () => {} })],
  [
    'in a file',
    // The same code and the same SQLite, but each commit waits for the disk.
    { histories: 20 },
    async () => {
      const folder = await Deno.makeTempDir()
      const remove = () => Deno.remove(folder, { recursive: true })
      return { path: `${folder}/kv.sqlite3`, remove }
    },
  ],
] as const

for (const [where, chance, openEngine] of suites) {
  const subject = {
    knownExceptions: stores.denoKvStore.knownExceptions,
    async open() {
      const { path, remove } = await openEngine()
      const kv = await Deno.openKv(path)
      return {
        connect: (pace: Pace) => denoKvStore<CaseUser, CaseSession>(pace(kv)),
        async close() {
          kv.close()
          await remove()
        },
      }
    },
  }
  for (const { name, run } of storeSuite(subject, chance)) {
    Deno.test(`${where}: ${name}`, run)
  }
}

const seed = Math.floor(Math.random() * 2 ** 31)

async function interleavings(kv: Deno.Kv): Promise<void> {
  const stores = [caseStore(kv), caseStore(kv)] as const
  const [first] = stores
  const record = await recordsFor(first)
  await first.createUser({ id: 'ada', attributes: { name: 'Ada' } })
  const call = fc.record({
    client: fc.nat(1),
    what: fc.constantFrom('renew', 'update', 'delete', 'deleteByUser', 'read'),
    later: fc.nat(1000),
  })
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 6 }), async (calls) => {
      // Idle in every other round.
      const activePeriodExpiresAt = Date.now() + (round % 2) * 86_400_000
      const id = `r${String(round++).padStart(21, '0')}`
      const session = record('r', { id, activePeriodExpiresAt })
      await first.insert(session)
      const answers = await Promise.all(
        calls.map(async ({ client, what, later }) => {
          const store = stores[client]!
          if (what === 'renew') {
            await store.renew(session.id, {
              activePeriodExpiresAt: session.activePeriodExpiresAt + later,
              idlePeriodExpiresAt: session.idlePeriodExpiresAt + later,
            })
          } else if (what === 'update') await store.update(session.id, { seen: later })
          else if (what === 'delete') await store.delete(session.id)
          else if (what === 'deleteByUser') await store.deleteByUser('ada', {})
          else await store.read(session.id, { consistency: 'eventual' })
          return what
        }),
      )
      const left = await stores[round % 2]!.read(session.id, { consistency: 'strong' })
      const revoked = answers.some((what) => what.startsWith('delete'))
      equal(left === null, revoked, 'revoked means missing')
      if (!left)
        equal(await first.renew(session.id, session), false, 'renewal of a revoked session')
      else {
        const latest = Math.max(0, ...calls.map((one) => (one.what === 'renew' ? one.later : 0)))
        equal(left.session.idlePeriodExpiresAt, session.idlePeriodExpiresAt + latest, 'deadline')
      }
      await first.delete(session.id)
    }),
    { numRuns: 300, seed },
  )
}

Deno.test(`P1, P7: 1,000 random interleavings of two clients in memory, seed ${seed}`, () =>
  withKv(':memory:', interleavings))
Deno.test(`P1, P7: 1,000 random interleavings of two clients in a file, seed ${seed}`, () =>
  inFile((path) => withKv(path, interleavings)))

Deno.test('P2: revokes thousands of sessions in one change, during a concurrent sign-in', () =>
  withKv(':memory:', async (kv) => {
    const store = caseStore(kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const ids = Array.from({ length: 3000 }, (_, n) => `s${String(n).padStart(21, '0')}`)
    for (const id of ids) await store.insert(record('s', { id }))
    const excepted = record('s', { id: ids[7]! })
    const late = record('l')
    const [, inserted] = await Promise.all([
      store.deleteByUser('ada', { except: excepted.id }),
      store.insert(late),
    ])
    equal(inserted?.id, 'ada', 'the sign-in')
    const left = (await store.listByUser('ada')).map(({ session }) => session.id)
    equal(
      left.filter((id) => id !== late.id),
      [excepted.id],
      'the remaining sessions',
    )
    equal(await store.read(record('s', { id: ids[8]! }).id, { consistency: 'strong' }), null)
  }))

Deno.test('a record of another layout is not a session', () =>
  withKv(':memory:', async (kv) => {
    const store = caseStore(kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    for (const kind of ['session', 'user']) {
      for await (const entry of kv.list<object>({ prefix: ['limen', kind] })) {
        for (const value of [{ ...entry.value, layout: 0 }, 'text', 7, null, {}]) {
          await kv.set(entry.key, value)
          equal(await store.read(record('a').id, { consistency: 'strong' }), null, kind)
          equal(await store.renew(record('a').id, record('a')), false, kind)
          equal(await store.listByUser('ada'), [], kind)
        }
        await kv.set(entry.key, entry.value)
      }
    }
    equal((await store.read(record('a').id, { consistency: 'strong' }))?.user.id, 'ada')
  }))

Deno.test('a validation costs one getMany, a renewal one commit more, a sign-in a getMany and a commit', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const counted = countedKv(kv, calls)
    let now = Date.now() - 2 * 86_400_000
    const auth = limen({ store: denoKvStore(counted as Kv), now: () => now })
    const { userId } = await auth.createUser({})
    calls.length = 0
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    equal(calls.splice(0), ['getMany', 'atomic'])
    await auth.validateSession(token)
    equal(calls.splice(0), ['getMany'])
    now += 2 * 86_400_000
    await auth.validateSession(token)
    equal(calls.splice(0), ['getMany', 'atomic'])
  }))

Deno.test('P7: renews from an earlier read only while nothing of it has changed', () =>
  withKv(':memory:', async (kv) => {
    const [store, other] = [caseStore(kv), caseStore(kv)]
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const session = record('r', { activePeriodExpiresAt: Date.now() - 1 })
    const later = { activePeriodExpiresAt: 5e12, idlePeriodExpiresAt: 6e12 }
    const read = () => store.read(session.id, { consistency: 'strong' })

    await store.insert(session)
    const given = await read()
    await other.update(session.id, { device: 'phone' })
    equal(await store.renew(session.id, later), true)
    const device = (await read())?.session.attributes.device
    equal(device, 'phone', 'a change since then is not lost')

    await store.delete(session.id)
    await store.insert(session)
    const mine = (await read())!.session.attributes as { device: string }
    mine.device = 'changed by the app'
    equal(await store.renew(session.id, later), true)
    equal((await read())?.session.attributes.device, given!.session.attributes.device, 'a copy')

    for (const revoke of [() => other.delete(session.id), () => other.deleteByUser('ada', {})]) {
      await store.delete(session.id)
      await store.insert(session)
      await read()
      await revoke()
      equal(await store.renew(session.id, later), false, 'revoked stays revoked')
      equal(await read(), null)
    }
  }))

Deno.test('remembers the last hundred idle sessions that were read', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const store = caseStore(countedKv(kv, calls) as Kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const activePeriodExpiresAt = Date.now() - 1
    const sessions = Array.from({ length: 101 }, (_, n) =>
      record('s', { id: `s${String(n).padStart(21, '0')}`, activePeriodExpiresAt }),
    )
    for (const session of sessions) await store.insert(session)
    const read = (n: number) => store.read(sessions[n]!.id, { consistency: 'strong' })
    for (let n = 0; n < 101; n++) await read(n)
    // Again: it is the last one now, and no other is forgotten for it.
    await read(50)

    const later = { activePeriodExpiresAt: 5e12, idlePeriodExpiresAt: 6e12 }
    for (const [n, cost] of [
      [0, ['getMany', 'atomic']],
      [1, ['atomic']],
      [50, ['atomic']],
      [50, ['getMany', 'atomic']],
    ] as const) {
      calls.length = 0
      equal(await store.renew(sessions[n]!.id, later), true)
      equal(calls, cost, `session ${n}`)
    }
  }))

const names = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '$.a',
  'a"b',
  "a'b",
  'a\\b',
  '`',
  '%',
  '*',
  '[0]',
  '0',
  '🙂',
  'text',
  'parts',
  'x'.repeat(10_000),
]

Deno.test('A7: attributes of any name and depth are stored, merged and removed exactly', () =>
  withKv(':memory:', async (kv) => {
    const store = anyStore(kv)
    const record = await recordsFor(store)
    const read = async () => {
      const found = (await store.read(record('a').id, { consistency: 'strong' }))!
      equal(found.user, await store.readUser('ada'))
      equal(found.session.attributes, found.user.attributes, 'of session and user')
      return found.user.attributes
    }
    const update = async (changes: AnyAttributes) => {
      equal(await store.update(record('a').id, changes), true)
      equal(await store.updateUser('ada', changes), true)
    }
    const all = Object.fromEntries(names.map((name) => [name, [name]]))
    await store.createUser({ id: 'ada', attributes: { ...all, gone: undefined } })
    await store.insert({ ...record('a'), attributes: { ...all, gone: undefined } })
    equal(await read(), all)
    equal(Object.keys(await read()), Object.keys(all))
    for (const name of names) {
      await update({ [name]: { [name]: null } })
      equal(Object.entries(await read()).find(([known]) => known === name)?.[1], { [name]: null })
      await update({ [name]: undefined })
      equal(Object.keys(await read()).includes(name), false, name)
    }
    equal(await read(), {})

    const deep = JSON.parse('['.repeat(64) + ']'.repeat(64)) as unknown
    const numbers = [0, -1, 0.1, 1e-7, 1.5e300, 5e-324, 2 ** 53 - 1, 0.1 + 0.2]
    await update({ deep, numbers })
    equal(await read(), { deep, numbers })
  }))

/** Runs while clients change attributes of one user without a pause. */
async function whileWriting<Answer>(
  kv: Deno.Kv,
  writers: number,
  work: () => Promise<Answer>,
): Promise<Answer> {
  let isOver = false
  let written = 0
  const writing = Array.from({ length: writers }, async (_, writer) => {
    const store = anyStore(kv)
    while (!isOver) {
      if (await store.updateUser('ada', { [`writer${writer}`]: written })) written++
      // While there is no user, other clients run first.
      else await new Promise((resolve) => setTimeout(resolve))
    }
  })
  try {
    return await work()
  } finally {
    isOver = true
    await Promise.all(writing)
  }
}

for (const writers of [16, 32]) {
  Deno.test(`E6: with ${writers} concurrent writers of attributes, no other call rejects`, () =>
    withKv(':memory:', async (kv) => {
      const [store, other] = [anyStore(kv), anyStore(kv)]
      const record = await recordsFor(store)
      await store.createUser({ id: 'ada', attributes: {} })
      await whileWriting(kv, writers, async () => {
        for (let run = 0; run < 50; run++) {
          const session = (letter: string) =>
            record(letter, { id: `${letter}${run}`.padEnd(22, '_') })
          const [a, b] = [session('a'), session('b')]
          equal((await store.insert(a as never))?.id, 'ada', 'a sign-in')
          equal((await store.insert(b as never))?.id, 'ada', 'another')
          equal(await other.update(a.id, { device: 'phone' }), true, 'a change of a session')
          equal(await other.renew(a.id, { ...a, idlePeriodExpiresAt: 9e12 }), true, 'a renewal')
          await store.deleteByUser('ada', { except: b.id })
          equal((await store.listByUser('ada')).length, 1, 'all others are revoked')
          await store.deleteByUser('ada', {})
          equal(await store.listByUser('ada'), [], 'all are revoked')
          equal(await other.read(b.id, { consistency: 'strong' }), null)
        }
      })
      await whileWriting(kv, writers, async () => {
        for (let run = 0; run < 10; run++) {
          await store.deleteUser('ada')
          equal(await store.readUser('ada'), null, 'deleted')
          equal(await store.createUser({ id: 'ada', attributes: {} }), true, 'created')
          equal(await store.updateUser('ada', { run }), true, 'one more writer')
        }
      })
    }))
}

Deno.test('E6: concurrent updates and revocations lose no attribute', () =>
  withKv(':memory:', async (kv) => {
    const store = anyStore(kv)
    await store.createUser({ id: 'ada', attributes: {} })
    const ids = Array.from({ length: 32 }, (_, n) => `a${n}`)
    await Promise.all(
      ids.flatMap((id) => [
        anyStore(kv).updateUser('ada', { [id]: 1 }),
        anyStore(kv).deleteByUser('ada', {}),
      ]),
    )
    const { attributes } = (await store.readUser('ada'))!
    equal(Object.keys(attributes).toSorted(), ids.toSorted())
  }))

Deno.test('E6: thirty-two concurrent revocations, with and without except, all succeed', () =>
  withKv(':memory:', async (kv) => {
    const store = anyStore(kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: {} })
    await store.insert(record('a') as never)
    await Promise.all(
      Array.from({ length: 32 }, (_, n) =>
        anyStore(kv).deleteByUser('ada', n % 2 ? { except: record('a').id } : {}),
      ),
    )
    equal(await store.listByUser('ada'), [])
  }))

Deno.test('deletes every key of a user', () =>
  withKv(':memory:', async (kv) => {
    const store = anyStore(kv)
    await store.createUser({ id: 'ada', attributes: {} })
    const record = await recordsFor(store)
    const limit = { most: 1, onLimit: 'revoke-oldest', now: Date.now() } as const
    await store.insert(record('a') as never, { limit })
    await store.delete(record('a').id)
    await store.deleteByUser('ada', {})
    await store.deleteByUser('unknown', {})
    await store.deleteUser('ada')
    const left = await Array.fromAsync(kv.list({ prefix: ['limen'] }))
    equal(left, [])
  }))
