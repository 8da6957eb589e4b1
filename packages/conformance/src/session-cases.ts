/** What a store must do with sessions. */
import { equal, holds } from './expect.ts'
import { type WrittenCase, DAY, NOW, ada, later, read, recordsFor, withAda } from './store-case.ts'

export const sessionCases: readonly WrittenCase[] = [
  {
    name: 'returns a session with its user, unchanged',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store)
      equal(await store.insert(record('a')), ada, 'the result of insert')
      equal(await read(store, 'a'), { session: record('a'), user: ada }, 'strong read')
      equal(
        await store.read(record('a').id, { consistency: 'eventual' }),
        { session: record('a'), user: ada },
        'eventual read',
      )
    },
  },
  {
    name: 'stores nothing for a user that does not exist',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      equal(await store.insert(record('a')), null, 'insert')
      await store.createUser(ada)
      equal(await read(store, 'a'), null, 'read')
      equal(await store.listByUser('ada'), [], 'list')
    },
  },
  {
    name: 'returns null for a session that does not exist',
    promise: 'contract',
    async run(store) {
      await withAda(store, 'a')
      equal(await read(store, 'b'), null, 'read')
    },
  },
  {
    name: 'returns expired sessions too',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      const expired = record('a', { activePeriodExpiresAt: 1, idlePeriodExpiresAt: 2 })
      await store.insert(expired)
      equal((await read(store, 'a'))?.session, expired, 'read')
    },
  },
  {
    name: 'moves the deadlines of an existing session',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      equal(await store.renew(record('a').id, later), true, 'renew')
      equal((await read(store, 'a'))?.session, { ...record('a'), ...later }, 'read')
    },
  },
  {
    name: 'P7: never moves a deadline to an earlier time',
    promise: 'P7',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.renew(record('a').id, later)
      const mixed = { activePeriodExpiresAt: 5, idlePeriodExpiresAt: NOW + 20 * DAY }
      equal(await store.renew(record('a').id, mixed), true, 'renew')
      equal(
        (await read(store, 'a'))?.session,
        {
          ...record('a'),
          activePeriodExpiresAt: later.activePeriodExpiresAt,
          idlePeriodExpiresAt: mixed.idlePeriodExpiresAt,
        },
        'read',
      )
    },
  },
  {
    name: 'P1: renewing or updating a deleted session does not restore it',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.delete(record('a').id)
      equal(await store.renew(record('a').id, later), false, 'renew')
      equal(await store.update(record('a').id, { device: 'ghost' }), false, 'update')
      equal(await read(store, 'a'), null, 'read')
      equal(await store.listByUser('ada'), [], 'list')
    },
  },
  {
    name: 'P1: a revoked session stays revoked during concurrent renewals and updates',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      for (let round = 0; round < 20; round++) {
        const session = record('r', { id: `r${String(round).padStart(21, '0')}` })
        await store.insert(session)
        const renew = () => store.renew(session.id, later)
        const update = () => store.update(session.id, { seen: round })
        const revoke =
          round % 2 ? () => store.delete(session.id) : () => store.deleteByUser('ada', {})
        const calls = [renew, update, renew, update]
        calls.splice(round % 5, 0, async () => {
          await revoke()
          return true
        })
        await Promise.all(calls.map((call) => call()))
        equal(await store.read(session.id, { consistency: 'strong' }), null, `round ${round}`)
        equal(await renew(), false, `renewal after round ${round}`)
      }
      equal(await store.listByUser('ada'), [], 'list')
    },
  },
  {
    name: 'deletes one session, and deleting it again succeeds',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b')
      await store.delete(record('a').id)
      await store.delete(record('a').id)
      equal(await read(store, 'a'), null, 'the deleted')
      holds((await read(store, 'b')) !== null, 'the other is still there')
    },
  },
  {
    name: 'lists all sessions of a user in order of creation',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      await store.insert(record('b', { createdAt: NOW + 2 }))
      await store.insert(record('c', { createdAt: NOW + 3 }))
      await store.insert(record('a', { createdAt: NOW + 1 }))
      const listed = await store.listByUser('ada')
      equal(
        listed.map(({ session }) => session.id.at(-1)),
        ['a', 'b', 'c'],
        'order',
      )
      equal(listed[0]?.user, ada, 'user')
      equal(await store.listByUser('eve'), [], 'unknown user')
    },
  },
  {
    name: 'has deleteExpired() or the trait selfExpiring',
    promise: 'contract',
    async run(store) {
      const isSelfExpiring = store.traits?.selfExpiring === true
      holds(isSelfExpiring || typeof store.deleteExpired === 'function', 'it has neither')
    },
  },
  {
    name: 'deletes expired sessions, at most limit of them, and returns how many',
    promise: 'contract',
    async run(store) {
      // Without it, the engine deletes them by itself.
      if (!store.deleteExpired) return
      const record = await recordsFor(store)
      await store.createUser(ada)
      for (const [letter, end] of [
        ['a', 10],
        ['b', 20],
        ['c', 30],
        ['d', 31],
      ] as const) {
        await store.insert(record(letter, { idlePeriodExpiresAt: end }))
      }
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 2, 'first batch')
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 1, 'second batch')
      equal(await store.deleteExpired({ now: 30, limit: 2 }), 0, 'third batch')
      equal(
        (await store.listByUser('ada')).map(({ session }) => session.id.at(-1)),
        ['d'],
        'the remaining session',
      )
    },
  },
  {
    name: 'merges session attributes one by one',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      equal(await store.update(record('a').id, { seen: 5 }), true, 'add')
      equal(await store.update(record('a').id, { device: 'phone' }), true, 'replace')
      equal((await read(store, 'a'))?.session.attributes, { device: 'phone', seen: 5 }, 'merged')
      equal(await store.update(record('a').id, { seen: null }), true, 'null is a value')
      equal((await read(store, 'a'))?.session.attributes, { device: 'phone', seen: null }, 'null')
      equal(await store.update(record('a').id, {}), true, 'nothing to change')
      equal(await store.update(record('b').id, { seen: 1 }), false, 'unknown session')
    },
  },
  {
    name: 'distinguishes ids that differ in case',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store, 'ADA')
      await store.createUser(ada)
      await store.insert(record('a'))
      equal(await read(store, 'A'), null, 'read')
      equal(await store.renew(record('A').id, later), false, 'renew')
      await store.delete(record('A').id)
      await store.insert(record('A'))
      equal((await store.listByUser('ada')).length, 2, 'both')
      equal(await store.createUser({ id: 'ADA', attributes: { name: 'ADA' } }), true, 'a user')
      equal((await store.readUser('ada'))?.attributes, { name: 'Ada' }, 'the other user')
    },
  },
]
