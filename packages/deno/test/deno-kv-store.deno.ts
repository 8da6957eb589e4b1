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

function equal(actual: unknown, expected: unknown, what = 'value'): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`)
}

async function withKv(path: string, run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  using kv = await Deno.openKv(path)
  await run(kv)
}

async function inFile(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir()
  try {
    await run(`${folder}/kv.sqlite3`)
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
}

/** How much chance a soak spends, in place of what is said here. */
const soak = Deno.env.get('HISTORIES')
const chance = soak
  ? { histories: Number(soak), seed: Number(Deno.env.get('SEED')) }
  : { histories: 1000 }

const suites = [
  ['in memory', chance, () => ({ path: ':memory:', remove: async () => {} })],
  [
    'in a file',
    // The same code over the same SQLite, but each commit waits for the disk.
    { histories: 50 },
    async () => {
      const folder = await Deno.makeTempDir()
      const remove = () => Deno.remove(folder, { recursive: true })
      return { path: `${folder}/kv.sqlite3`, remove }
    },
  ],
] as const

for (const [where, chance, place] of suites) {
  const subject = {
    declared: stores.denoKvStore.cannot,
    async open() {
      const { path, remove } = await place()
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
  const stores = [1, 2].map(() => denoKvStore<CaseUser, CaseSession>(kv))
  const [first] = stores as [ReturnType<typeof denoKvStore<CaseUser, CaseSession>>]
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
      // Idle, or not yet.
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
      equal(left === null, revoked, 'revoked means gone')
      if (!left) equal(await first.renew(session.id, session), false, 'renewal of what is gone')
      else {
        const latest = Math.max(0, ...calls.map((one) => (one.what === 'renew' ? one.later : 0)))
        equal(left.session.idlePeriodExpiresAt, session.idlePeriodExpiresAt + latest, 'deadline')
      }
      await first.delete(session.id)
    }),
    { numRuns: 1000, seed },
  )
}

Deno.test(`P1, P7: 1,000 random interleavings of two clients in memory, seed ${seed}`, () =>
  withKv(':memory:', interleavings))
Deno.test(`P1, P7: 1,000 random interleavings of two clients in a file, seed ${seed}`, () =>
  inFile((path) => withKv(path, interleavings)))

Deno.test('P2: ends thousands of sessions in one change, while others sign in', () =>
  withKv(':memory:', async (kv) => {
    const store = denoKvStore<CaseUser, CaseSession>(kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const ids = Array.from({ length: 3000 }, (_, n) => `s${String(n).padStart(21, '0')}`)
    for (const id of ids) await store.insert(record('s', { id }))
    const kept = record('s', { id: ids[7]! })
    const late = record('l')
    const [, inserted] = await Promise.all([
      store.deleteByUser('ada', { except: kept.id }),
      store.insert(late),
    ])
    equal(inserted?.id, 'ada', 'the sign-in')
    const left = (await store.listByUser('ada')).map(({ session }) => session.id)
    equal(
      left.filter((id) => id !== late.id),
      [kept.id],
      'left',
    )
    equal(await store.read(record('s', { id: ids[8]! }).id, { consistency: 'strong' }), null)
  }))

Deno.test('P4: a KV that fails is AUTH_STORE_UNAVAILABLE, with its cause', async () => {
  const down = new Error('KV is down')
  const kv = new Proxy({} as Kv, { get: () => () => Promise.reject(down) })
  const auth = limen({ store: denoKvStore(kv) })
  const token = `${'0'.repeat(32)}${'i'.repeat(22)}.${'s'.repeat(43)}`
  const error = await auth.validateSession(token).catch((thrown: unknown) => thrown)
  equal((error as { code: string }).code, 'AUTH_STORE_UNAVAILABLE')
  equal((error as Error).cause === down, true, 'cause')
})

Deno.test('attributes that are too large are AUTH_RECORD_TOO_LARGE, and nothing is kept', () =>
  withKv(':memory:', async (kv) => {
    const auth = limen({ store: denoKvStore<{ name: string }, { note: string }>(kv) })
    const huge = 'x'.repeat(70_000)
    const code = (work: Promise<unknown>) =>
      work.then(
        () => 'none',
        (thrown: { code?: string }) => thrown.code,
      )
    equal(
      await code(auth.createUser({ userId: 'eve', attributes: { name: huge } })),
      'AUTH_RECORD_TOO_LARGE',
    )
    equal(await auth.getUser('eve'), null, 'no user')
    const user = await auth.createUser({ attributes: { name: 'Ada' } })
    const create = auth.createSession({ userId: user.userId, attributes: { note: huge } })
    equal(await code(create), 'AUTH_RECORD_TOO_LARGE')
    equal(await auth.getAllUserSessions(user.userId), [], 'no session')
    equal(
      await code(auth.updateUserAttributes(user.userId, { name: huge })),
      'AUTH_RECORD_TOO_LARGE',
    )
    equal((await auth.getUser(user.userId))?.userId, user.userId, 'the user is as before')
  }))

Deno.test('a record of another layout is no session', () =>
  withKv(':memory:', async (kv) => {
    const store = denoKvStore<CaseUser, CaseSession>(kv)
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

/** The database, with the name of each call noted. */
function countedKv(kv: Deno.Kv, calls: string[]): Deno.Kv {
  return new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        return member.apply(target, args) as unknown
      }
    },
  })
}

Deno.test('a validation is one getMany, a renewal one commit more, a sign-in a get and a commit', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const counted = countedKv(kv, calls)
    let now = Date.now() - 2 * 86_400_000
    const auth = limen({ store: denoKvStore(counted as Kv), now: () => now })
    const { userId } = await auth.createUser({})
    calls.length = 0
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    equal(calls.splice(0), ['get', 'atomic'])
    await auth.validateSession(token)
    equal(calls.splice(0), ['getMany'])
    now += 2 * 86_400_000
    await auth.validateSession(token)
    equal(calls.splice(0), ['getMany', 'atomic'])
  }))

Deno.test('P7: renews what it read only while nothing of it has changed', () =>
  withKv(':memory:', async (kv) => {
    const [store, other] = [1, 2].map(() => denoKvStore<CaseUser, CaseSession>(kv)) as [
      ReturnType<typeof denoKvStore<CaseUser, CaseSession>>,
      ReturnType<typeof denoKvStore<CaseUser, CaseSession>>,
    ]
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
    equal(device, 'phone', 'what changed since is kept')

    await store.delete(session.id)
    await store.insert(session)
    const mine = (await read())!.session.attributes as { device: string }
    mine.device = 'changed by the app'
    equal(await store.renew(session.id, later), true)
    equal((await read())?.session.attributes.device, given!.session.attributes.device, 'a copy')

    for (const end of [() => other.delete(session.id), () => other.deleteByUser('ada', {})]) {
      await store.delete(session.id)
      await store.insert(session)
      await read()
      await end()
      equal(await store.renew(session.id, later), false, 'revoked stays revoked')
      equal(await read(), null)
    }
  }))

Deno.test('remembers the last hundred idle sessions that were read, and no more', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const store = denoKvStore<CaseUser, CaseSession>(countedKv(kv, calls) as Kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const activePeriodExpiresAt = Date.now() - 1
    const sessions = Array.from({ length: 101 }, (_, n) =>
      record('s', { id: `s${String(n).padStart(21, '0')}`, activePeriodExpiresAt }),
    )
    for (const session of sessions) await store.insert(session)
    const read = (n: number) => store.read(sessions[n]!.id, { consistency: 'strong' })
    for (let n = 0; n < 101; n++) await read(n)
    // Again: it is the last one now, and takes nobody's place.
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
