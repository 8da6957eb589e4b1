/** What a store must do to replace a session. */
import { equal } from './expect.ts'
import { type WrittenCase, ada, bob, later, read, recordsFor, withAda } from './store-case.ts'

const RACERS = 20

export const replacementCases: readonly WrittenCase[] = [
  {
    name: 'replaces a session with a new one',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b')
      equal(await store.insert(record('c'), { replaces: record('a').id }), ada, 'insert')
      equal(await read(store, 'a'), null, 'the replaced session')
      equal((await read(store, 'c'))?.session, record('c'), 'the new session')
      equal((await read(store, 'b'))?.session, record('b'), 'another session')
      equal(await store.renew(record('a').id, later), false, 'renewing the replaced session')
    },
  },
  {
    name: 'replaces a session of another user',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      const ofBob = record('c', { userId: 'bob' })
      await withAda(store, 'a', 'b')
      await store.createUser(bob)
      equal(await store.insert(ofBob, { replaces: record('a').id }), bob, 'insert')
      equal(await read(store, 'a'), null, 'the replaced session')
      const listed = (await store.listByUser('bob')).map(({ session }) => session)
      equal(listed, [ofBob], 'the sessions of the new user')
      const remaining = (await store.listByUser('ada')).map(({ session }) => session.id)
      equal(remaining, [record('b').id], 'the sessions of the other user')
    },
  },
  {
    name: 'P1: a deleted session cannot be replaced',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.createUser(bob)
      await store.delete(record('a').id)
      for (const userId of ['ada', 'bob']) {
        const replacement = record('c', { userId })
        equal(await store.insert(replacement, { replaces: record('a').id }), null, userId)
        equal(await store.listByUser(userId), [], `the sessions of ${userId}`)
      }
    },
  },
  {
    name: 'changes nothing when the new session has no user',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      const ofBob = record('c', { userId: 'bob' })
      equal(await store.insert(ofBob, { replaces: record('a').id }), null, 'insert')
      equal((await read(store, 'a'))?.session, record('a'), 'the other session')
    },
  },
  {
    name: 'P1: of many concurrent replacements of a session, one succeeds',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.createUser(bob)
      const racers = Array.from({ length: RACERS }, (_, racer) =>
        record('r', {
          id: `r${String(racer).padStart(21, '0')}`,
          userId: racer % 2 ? 'ada' : 'bob',
        }),
      )
      const results = await Promise.all(
        racers.map((racer) => store.insert(racer, { replaces: record('a').id })),
      )
      equal(results.filter((user) => user !== null).length, 1, 'how many succeeded')
      const winner = racers[results.findIndex((user) => user !== null)]!
      const listed = [...(await store.listByUser('ada')), ...(await store.listByUser('bob'))]
      equal(
        listed.map(({ session }) => session.id),
        [winner.id],
        'the stored sessions',
      )
    },
  },
  {
    name: 'P1: no session remains when a session is replaced and revoked at once',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      for (let round = 0; round < 20; round++) {
        const [old, replacement] = ['o', 'n'].map((letter) =>
          record(letter, { id: `${letter}${String(round).padStart(21, '0')}` }),
        ) as [ReturnType<typeof record>, ReturnType<typeof record>]
        await store.insert(old)
        const calls = [
          () => store.insert(replacement, { replaces: old.id }),
          () => store.delete(old.id),
        ]
        if (round % 2) calls.reverse()
        await Promise.all(calls.map((call) => call()))
        equal(await store.read(old.id, { consistency: 'strong' }), null, `round ${round}`)
        await store.deleteByUser('ada', {})
        equal(await store.listByUser('ada'), [], `the list after round ${round}`)
      }
    },
  },
]
