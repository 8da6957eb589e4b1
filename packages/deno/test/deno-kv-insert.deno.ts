/** Run by `deno test`: replaced sessions and limits on a real Deno KV. */
import { type CaseSession, type MakeRecord, recordsFor } from '@limen/conformance'
import { type SessionLimit, type SessionRecord, limen } from '@limen/core'
import { type Kv, denoKvStore } from '@limen/deno'
import { caseStore, countedKv, equal, inFile, interruptedKv, withKv } from './kv.ts'

type CaseStore = ReturnType<typeof caseStore>
type AnySession = SessionRecord<CaseSession>

const DAY = 86_400_000
const limitOf = (most: number, onLimit: SessionLimit['onLimit'] = 'revoke-oldest') => ({
  limit: { most, onLimit, now: Date.now() },
})

/** Sessions of `ada` and `bob` that are valid now, the users, and a store. */
async function withUsers(kv: Kv) {
  const store = caseStore(kv)
  const make = await recordsFor(store)
  const now = Date.now()
  let created = 0
  for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
  const record: MakeRecord = (letter, change) =>
    make(letter, {
      createdAt: now + created++,
      activePeriodExpiresAt: now + DAY,
      idlePeriodExpiresAt: now + 15 * DAY,
      ...change,
    })
  return { store, record }
}

const idsOf = async (store: CaseStore, userId = 'ada') =>
  (await store.listByUser(userId)).map(({ session }) => session.id)

const codeOf = (call: Promise<unknown>) =>
  call.then(
    (user) => (user ? 'stored' : 'null'),
    (error: { code?: unknown }) => error.code,
  )

Deno.test('a replacement costs a getMany and a commit, a limit one list more', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const counted = countedKv(kv, calls)
    const { store, record } = await withUsers(counted as Kv)
    const cost = async (work: Promise<unknown>) => {
      equal(await codeOf(work), 'stored')
      return calls.splice(0)
    }
    const [a, b, c, d] = [record('a'), record('b'), record('c'), record('d')]
    const ofBob = record('e', { userId: 'bob' })
    calls.length = 0
    equal(await cost(store.insert(a)), ['getMany', 'atomic'], 'a plain sign-in')
    equal(await cost(store.insert(b, { replaces: a.id })), ['getMany', 'atomic'], 'a replacement')
    equal(await cost(store.insert(ofBob, { replaces: b.id })), ['getMany', 'atomic'], 'of another')
    const limited = ['getMany', 'atomic', 'list']
    equal(await cost(store.insert(c, limitOf(1))), limited, 'within a limit')
    equal(await cost(store.insert(d, limitOf(1))), limited, 'above a limit')
    const both = { replaces: ofBob.id, ...limitOf(1) }
    equal(await cost(store.insert(a, both)), limited, 'a replacement within a limit')
    equal(await codeOf(store.insert(b, limitOf(1, 'refuse'))), 'AUTH_SESSION_LIMIT')
    equal(calls, limited, 'a refusal')
  }))

Deno.test('auth.createSession() and auth.replaceSession() within a limit', () =>
  withKv(':memory:', async (kv) => {
    const store = denoKvStore(kv)
    const auth = limen({ store, maxSessionsPerUser: { limit: 2, onLimit: 'revoke-oldest' } })
    const guest = await auth.createUser({})
    const { userId } = await auth.createUser({})
    const first = await auth.createSession({ userId })
    const second = await auth.createSession({ userId })
    const ofGuest = await auth.createSession({ userId: guest.userId })
    const signedIn = await auth.replaceSession(ofGuest, { userId })
    const listed = async (id: string) =>
      new Set((await auth.getAllUserSessions(id)).map(({ sessionId }) => sessionId))
    equal((await listed(guest.userId)).size, 0, 'the sessions of the guest')
    equal((await listed(userId)).has(signedIn.sessionId), true, 'the new session')
    equal((await listed(userId)).has(first.sessionId), false, 'the oldest session')
    equal((await listed(userId)).has(second.sessionId), true, 'the other session')
  }))

/** What happens between the read and the commit of a replacement, and how the replacement ends. */
const replacements: [
  what: string,
  userId: string,
  expected: string,
  during: (store: CaseStore, old: AnySession) => Promise<unknown>,
][] = [
  ['it is deleted', 'ada', 'null', (store, old) => store.delete(old.id)],
  ['it is deleted', 'bob', 'null', (store, old) => store.delete(old.id)],
  ['all sessions are revoked', 'ada', 'null', (store) => store.deleteByUser('ada', {})],
  ['all sessions of its user are revoked', 'bob', 'null', (store) => store.deleteByUser('ada', {})],
  ['its user is deleted', 'bob', 'null', (store) => store.deleteUser('ada')],
  [
    'its user is deleted and created again',
    'bob',
    'null',
    async (store) => {
      await store.deleteUser('ada')
      await store.createUser({ id: 'ada', attributes: { name: 'another' } })
    },
  ],
  [
    'it is excepted when all others are revoked',
    'bob',
    'stored',
    (store, old) => store.deleteByUser('ada', { except: old.id }),
  ],
  [
    'it is renewed',
    'ada',
    'stored',
    (store, old) => store.renew(old.id, { ...old, idlePeriodExpiresAt: 9e12 }),
  ],
  ['it is updated', 'bob', 'stored', (store, old) => store.update(old.id, { seen: 1 })],
  ['its user is updated', 'bob', 'stored', (store) => store.updateUser('ada', { name: 'x' })],
]

for (const [what, userId, expected, during] of replacements) {
  Deno.test(`P1: replaces a session for ${userId} while ${what}: ${expected}`, () =>
    withKv(':memory:', async (kv) => {
      const { store, record } = await withUsers(kv)
      const old = record('o')
      await store.insert(old)
      const replacing = caseStore(interruptedKv(kv, () => during(store, old)))
      const replacement = record('n', { userId })
      equal(await codeOf(replacing.insert(replacement, { replaces: old.id })), expected)
      equal(await store.read(old.id, { consistency: 'strong' }), null, 'the replaced session')
      const stored = expected === 'stored' ? [replacement.id] : []
      equal(await idsOf(store, userId), stored, 'the sessions of the new user')
    }))
}

Deno.test('a change of attributes does not delay a replacement for the same user', () =>
  withKv(':memory:', async (kv) => {
    const { store, record } = await withUsers(kv)
    const old = record('o')
    await store.insert(old)
    let commits = 0
    const watched = interruptedKv(kv, () => store.updateUser('ada', { name: 'x' }))
    const atomic = watched.atomic.bind(watched)
    watched.atomic = () => {
      commits++
      return atomic()
    }
    equal(await codeOf(caseStore(watched).insert(record('n'), { replaces: old.id })), 'stored')
    equal(commits, 1)
  }))

/** What happens between the list and the commit of a sign-in, at a limit of 2 with 1 session. */
const limits: [
  what: string,
  onLimit: SessionLimit['onLimit'],
  expected: string,
  letters: string,
  during: (store: CaseStore, record: MakeRecord) => Promise<unknown>,
][] = [
  [
    'another signs in within the limit',
    'refuse',
    'AUTH_SESSION_LIMIT',
    'ab',
    (store, record) => store.insert(record('b'), limitOf(2)),
  ],
  [
    'another signs in within the limit',
    'revoke-oldest',
    'stored',
    'bn',
    (store, record) => store.insert(record('b'), limitOf(2)),
  ],
  [
    'another replaces a session of another user',
    'revoke-oldest',
    'stored',
    'bn',
    async (store, record) => {
      const ofBob = record('z', { userId: 'bob' })
      await store.insert(ofBob)
      await store.insert(record('b'), { replaces: ofBob.id, ...limitOf(2) })
    },
  ],
  [
    'all sessions are revoked, and two begin',
    'refuse',
    'AUTH_SESSION_LIMIT',
    'bc',
    async (store, record) => {
      await store.deleteByUser('ada', {})
      for (const letter of 'bc') await store.insert(record(letter), limitOf(2))
    },
  ],
  ['all are revoked', 'refuse', 'stored', 'n', (store) => store.deleteByUser('ada', {})],
  [
    'all others are revoked',
    'revoke-oldest',
    'stored',
    'an',
    (store, record) => store.deleteByUser('ada', { except: record('a').id }),
  ],
]

for (const [what, onLimit, expected, letters, during] of limits) {
  Deno.test(`a limit (${onLimit}) holds while ${what}`, () =>
    withKv(':memory:', async (kv) => {
      const { store, record } = await withUsers(kv)
      await store.insert(record('a'), limitOf(2))
      const limited = caseStore(interruptedKv(kv, () => during(store, record)))
      const added = record('n', { createdAt: Date.now() + DAY })
      equal(await codeOf(limited.insert(added, limitOf(2, onLimit))), expected)
      equal((await idsOf(store)).map((id) => id.at(-1)).join(''), letters, 'the sessions')
    }))
}

Deno.test('a sign-in within a limit does not delay a renewal from an earlier read', () =>
  withKv(':memory:', async (kv) => {
    const calls: string[] = []
    const { store, record } = await withUsers(countedKv(kv, calls) as Kv)
    const other = caseStore(kv)
    const idle = record('i', { activePeriodExpiresAt: Date.now() - 1 })
    await store.insert(idle)
    await store.read(idle.id, { consistency: 'strong' })
    await other.insert(record('n'), limitOf(9))
    calls.length = 0
    equal(await store.renew(idle.id, { ...idle, activePeriodExpiresAt: 5e12 }), true)
    equal(calls, ['atomic'])
  }))

Deno.test('a limit ends any number of sessions', () =>
  withKv(':memory:', async (kv) => {
    const { store, record } = await withUsers(kv)
    const ids = Array.from({ length: 1200 }, (_, n) => `s${String(n).padStart(21, '0')}`)
    for (const id of ids) await store.insert(record('s', { id }))
    equal(await codeOf(store.insert(record('n'), limitOf(3))), 'stored')
    const left = (await idsOf(store)).map((id) => id.slice(22))
    equal(left, [...ids.slice(-2), 'n'.repeat(22)])
  }))

/** Signs in from two connections at once: each writer several times. */
async function race(
  [one, two]: [Kv, Kv],
  writers: number,
  times: number,
  onLimit: SessionLimit['onLimit'],
): Promise<Record<string, number>> {
  const { record } = await withUsers(one)
  const stores = [caseStore(one), caseStore(two)]
  const outcomes: Record<string, number> = {}
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const store = stores[writer % 2]!
      for (let time = 0; time < times; time++) {
        const id = `s${writer}_${time}`.padEnd(22, '_')
        const outcome = await codeOf(store.insert(record('s', { id }), limitOf(3, onLimit)))
        outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1
        if (onLimit === 'revoke-oldest') {
          const count = (await idsOf(stores[(writer + 1) % 2]!)).length
          if (count > 3) outcomes['above the limit'] = (outcomes['above the limit'] ?? 0) + 1
        }
      }
    }),
  )
  equal((await idsOf(stores[0]!)).length, 3, 'the sessions')
  return outcomes
}

for (const [times, onLimit, expected] of [
  [1, 'refuse', { stored: 3, AUTH_SESSION_LIMIT: 47 }],
  [1, 'revoke-oldest', { stored: 50 }],
  [3, 'revoke-oldest', { stored: 150 }],
] as const) {
  Deno.test(`E6: a limit (${onLimit}) holds for 50 writers on two connections that sign in ${times} times`, () =>
    inFile((path) =>
      withKv(path, (one) =>
        withKv(path, async (two) => {
          const outcomes = await race([one, two], 50, times, onLimit)
          equal(Object.entries(outcomes).toSorted(), Object.entries(expected).toSorted())
        }),
      ),
    ))
}

Deno.test('E6: with 50 concurrent writers of attributes, no replacement and no limit rejects', () =>
  withKv(':memory:', async (kv) => {
    const { store, record } = await withUsers(kv)
    let isOver = false
    const writing = Array.from({ length: 50 }, async (_, writer) => {
      const own = caseStore(kv)
      while (!isOver) {
        await own.updateUser(writer % 2 ? 'ada' : 'bob', { name: `${writer}` })
        // Without a pause, a fast machine has no moment in which both users stay as they are.
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })
    try {
      for (let run = 0; run < 5; run++) {
        const session = (letter: string, userId = 'ada') =>
          record(letter, { id: `${letter}${run}`.padEnd(22, '_'), userId })
        const [a, b, c] = [session('a'), session('b', 'bob'), session('c')]
        equal(await codeOf(store.insert(a, limitOf(1))), 'stored', 'a sign-in')
        equal(await codeOf(store.insert(b, { replaces: a.id })), 'stored', 'for another user')
        equal(
          await codeOf(store.insert(c, { replaces: b.id, ...limitOf(1) })),
          'stored',
          'and back',
        )
      }
    } finally {
      isOver = true
      await Promise.all(writing)
    }
  }))
