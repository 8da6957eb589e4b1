/** What a store must do to revoke all sessions of a user. */
import { equal, holds } from './expect.ts'
import { type WrittenCase, bob, read, recordsFor, withAda } from './store-case.ts'

export const revocationCases: readonly WrittenCase[] = [
  {
    name: 'P2: deletes all sessions of one user, and no others',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b')
      await store.createUser(bob)
      await store.insert(record('c', { userId: 'bob' }))
      await store.deleteByUser('ada', {})
      equal(await store.listByUser('ada'), [], 'sessions of the user')
      equal(await read(store, 'a'), null, 'read')
      equal((await store.listByUser('bob')).length, 1, 'sessions of another')
    },
  },
  {
    name: 'P2: distinguishes users whose ids begin alike',
    promise: 'P2',
    async run(store) {
      const others = ['ada2', 'ada:', 'ad', 'ada%', 'ADA', 'a_a']
      const record = await recordsFor(store, ...others)
      await withAda(store, 'a')
      for (const [index, userId] of others.entries()) {
        await store.createUser({ id: userId, attributes: { name: userId } })
        await store.insert(record('bcdefg'[index]!, { userId }))
      }
      await store.deleteByUser('ada', {})
      for (const id of ['ada', ...others]) {
        equal((await store.listByUser(id)).length, id === 'ada' ? 0 : 1, id)
      }
      await store.deleteUser('ad')
      for (const id of ['ada', ...others]) {
        equal((await store.readUser(id)) === null, id === 'ad', id)
      }
    },
  },
  {
    name: 'P2: deletes all sessions except the one in except',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b', 'c')
      await store.deleteByUser('ada', { except: record('b').id })
      const ids = (await store.listByUser('ada')).map(({ session }) => session.id)
      equal(ids, [record('b').id], 'the remaining sessions')
    },
  },
  {
    name: 'P2: deletes all sessions when except is missing or another user’s',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.createUser(bob)
      await store.insert(record('c', { userId: 'bob' }))
      await store.deleteByUser('ada', { except: record('c', { userId: 'bob' }).id })
      equal(await store.listByUser('ada'), [], 'the remaining sessions')
      equal((await store.listByUser('bob')).length, 1, 'sessions of another')
    },
  },
  {
    name: 'P2: deletes all earlier sessions during concurrent sign-ins',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b', 'c')
      await Promise.all([
        store.insert(record('d')),
        store.deleteByUser('ada', {}),
        store.insert(record('e')),
      ])
      for (const letter of ['a', 'b', 'c']) equal(await read(store, letter), null, letter)
      for (const { session } of await store.listByUser('ada')) {
        holds((await store.read(session.id, { consistency: 'strong' })) !== null, 'listed is there')
      }
    },
  },
]
