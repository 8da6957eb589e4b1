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
      await withAda(store, 'a', 'b')
      await store.createUser(bob)
      const isRefused = async (letter: string, when: string) => {
        for (const userId of ['ada', 'bob']) {
          const replacement = record('n', { userId })
          equal(await store.insert(replacement, { replaces: record(letter).id }), null, when)
          equal(await store.read(replacement.id, { consistency: 'strong' }), null, when)
        }
      }
      await store.delete(record('a').id)
      await isRefused('a', 'a session that was revoked')
      await store.insert(record('c'), { replaces: record('b').id })
      await isRefused('b', 'a session that was replaced')
      await store.insert(record('d'))
      await store.deleteByUser('ada', { except: record('d').id })
      await isRefused('c', 'a session that was revoked with others')
      await store.deleteUser('ada')
      await isRefused('d', 'a session of a deleted user')
      await store.createUser(ada)
      await isRefused('d', 'a session of an earlier user of that id')
      for (const userId of ['ada', 'bob']) equal(await store.listByUser(userId), [], userId)
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
      equal((await read(store, 'a'))?.session, record('a'), 'the session to replace')
      equal(await store.read(ofBob.id, { consistency: 'strong' }), null, 'the new session')
      await store.createUser(bob)
      equal(await store.listByUser('bob'), [], 'the sessions of a later user of that id')
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
    name: 'P1: a session that is replaced and revoked at once does not remain',
    promise: 'P1',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      for (let round = 0; round < 20; round++) {
        const [old, replacement] = ['o', 'n'].map((letter) =>
          record(letter, { id: `${letter}${String(round).padStart(21, '0')}` }),
        ) as [ReturnType<typeof record>, ReturnType<typeof record>]
        await store.insert(old)
        const isFirst = round % 2 === 0
        const revoked = isFirst ? undefined : store.delete(old.id)
        const replaced = store.insert(replacement, { replaces: old.id })
        const [user] = await Promise.all([replaced, revoked ?? store.delete(old.id)])
        equal(await store.read(old.id, { consistency: 'strong' }), null, `round ${round}`)
        const listed = (await store.listByUser('ada')).map(({ session }) => session.id)
        equal(listed, user ? [replacement.id] : [], `the sessions after round ${round}`)
        await store.deleteByUser('ada', {})
        equal(await store.listByUser('ada'), [], `the list after round ${round}`)
      }
    },
  },
]
