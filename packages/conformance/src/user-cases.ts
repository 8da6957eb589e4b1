/** What a store must do with users, and with attributes of users and sessions. */
import { equal } from './expect.ts'
import {
  type CaseUser,
  type WrittenCase,
  ada,
  bob,
  later,
  read,
  recordsFor,
  withAda,
} from './store-case.ts'

export const userCases: readonly WrittenCase[] = [
  {
    name: 'merges user attributes one by one, and returns them with the session',
    promise: 'contract',
    async run(store) {
      await withAda(store, 'a')
      equal(await store.updateUser('ada', { settings: { theme: 'dark', size: 2 } }), true, 'add')
      equal(await store.updateUser('ada', { settings: { theme: 'light' } }), true, 'replace')
      equal(await store.updateUser('ada', { note: null }), true, 'null is a value')
      const attributes = { name: 'Ada', note: null, settings: { theme: 'light' } }
      equal(await store.readUser('ada'), { id: 'ada', attributes }, 'user')
      equal((await read(store, 'a'))?.user.attributes, attributes, 'through the session')
      equal(await store.updateUser('ada', {}), true, 'nothing to change')
      equal(await store.updateUser('bob', { name: 'Bob' }), false, 'unknown user')
      equal(await store.readUser('bob'), null, 'unknown user is not created')
    },
  },
  {
    name: 'merges forty attributes at once',
    promise: 'contract',
    async run(store) {
      const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`a${n}`, n]))
      await store.createUser(ada)
      equal(await store.updateUser('ada', many as unknown as CaseUser), true, 'update')
      equal((await store.readUser('ada'))?.attributes, { name: 'Ada', ...many }, 'all of them')
    },
  },
  {
    name: 'stores text exactly: quotes, emoji, line breaks, SQL and JSON syntax',
    promise: 'contract',
    async run(store) {
      const name = `Ada "Ω" 'n' \\ \n \u2028 🙂 '); DROP TABLE x; -- {"a":1} $.name`
      const record = await recordsFor(store, name)
      await store.createUser({ id: name, attributes: { name } })
      const session = record('a', { userId: name, attributes: { device: name } })
      await store.insert(session)
      const found = await store.read(session.id, { consistency: 'strong' })
      equal(found?.session.attributes, { device: name }, 'session')
      equal(found?.user, { id: name, attributes: { name } }, 'user')
      await store.updateUser(name, { note: name })
      equal((await store.readUser(name))?.attributes, { name, note: name }, 'merged')
    },
  },
  {
    name: 'stores JSON values exactly: empty, nested, large and small',
    promise: 'contract',
    async run(store) {
      const settings = {
        theme: '',
        none: null,
        no: false,
        list: [],
        lists: [[], [{}], [null, 0, '0']],
        object: {},
        numbers: [0, -1, 0.1, 1e-7, 1.5e300, 1_700_000_000_000.5, 9_007_199_254_740_991],
        deep: { deep: { deep: { deep: [{ deep: [] }] } } },
      }
      const attributes = { name: 'Ada', settings }
      await store.createUser({ id: 'ada', attributes })
      equal((await store.readUser('ada'))?.attributes, attributes, 'created')
      await store.updateUser('ada', { note: 'changed' })
      const { settings: stored } = (await store.readUser('ada'))?.attributes ?? {}
      equal(stored, settings, 'after an update of another attribute')
      const record = await recordsFor(store)
      const seen = 9_007_199_254_740_991
      await store.insert(record('a', { attributes: { device: '', seen } }))
      await store.renew(record('a').id, later)
      equal((await read(store, 'a'))?.session.attributes, { device: '', seen }, 'after a renewal')
    },
  },
  {
    name: 'does not create a user twice',
    promise: 'contract',
    async run(store) {
      equal(await store.createUser(ada), true, 'first')
      equal(await store.createUser({ id: 'ada', attributes: { name: 'Eve' } }), false, 'second')
      equal(await store.readUser('ada'), ada, 'the first stays')
      const both = await Promise.all([store.createUser(bob), store.createUser(bob)])
      equal(both.filter(Boolean).length, 1, 'two at once')
    },
  },
  {
    name: 'deletes a user with all sessions',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b')
      await store.deleteUser('ada')
      equal(await store.readUser('ada'), null, 'user')
      equal(await read(store, 'a'), null, 'session')
      equal(await store.renew(record('a').id, later), false, 'renew')
      await store.deleteUser('ada')
      await store.createUser(ada)
      equal(await store.listByUser('ada'), [], 'a new user of that id has none of them')
      equal(await read(store, 'a'), null, 'read, with a new user of that id')
      equal(await store.renew(record('b').id, later), false, 'renew, with a new user of that id')
    },
  },
  {
    name: 'returns records that the caller can change without changing the store',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      const attributes = { name: 'Ada', settings: { theme: 'dark' } }
      await store.createUser({ id: 'ada', attributes })
      await store.insert(record('a'))
      attributes.settings.theme = 'changed after the write'
      const found = await read(store, 'a')
      try {
        Object.assign(found?.user.attributes.settings ?? {}, { theme: 'changed after the read' })
      } catch {
        // A frozen object passes too.
      }
      equal((await store.readUser('ada'))?.attributes.settings, { theme: 'dark' }, 'user')
    },
  },
]
