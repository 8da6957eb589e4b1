/** What every store must do: one case, one sentence. */
import type { AnyStore, SessionRecord } from '@limen/core'
import { type PlainStore, routeOf, withPlainIds } from '@limen/core/store-kit'
import { equal, holds } from './expect.ts'
import { inputCases } from './input-cases.ts'

/** The attributes that the cases store. */
export interface CaseUser {
  readonly name: string
  readonly note?: string | null
  readonly settings?: { readonly theme: string; readonly size?: number }
}

/** The attributes that the cases store. */
export interface CaseSession {
  readonly device: string
  readonly seen?: number | null
}

/** A store under test. */
export type AnyCaseStore = AnyStore<CaseUser, CaseSession>

/** A store under test, called with plain ids. */
export type CaseStore = PlainStore<CaseUser, CaseSession>

/** Which of Limen's promises a case proves, or that it is what the store's calls say of themselves. */
export type StorePromise = 'P1' | 'P2' | 'P4' | 'P7' | 'contract'

/** One thing that a store must do. */
export interface StoreCase {
  readonly name: string
  readonly promise: StorePromise
  /** Runs the case on an empty store; rejects when the store does not do it. */
  readonly run: (store: AnyCaseStore) => Promise<void>
}

const NOW = 1_700_000_000_000
const DAY = 86_400_000

/** Makes a record that the store under test may be asked to keep, its id as long as a real one. */
type MakeRecord = (
  letter: string,
  change?: Partial<SessionRecord<CaseSession>>,
) => SessionRecord<CaseSession>

/** Makes records for a store: with the route it wants before their ids. */
export async function recordsFor(
  store: Pick<CaseStore, 'traits'>,
  ...userIds: string[]
): Promise<MakeRecord> {
  const routes = new Map<string, string>()
  for (const id of ['ada', 'bob', ...userIds]) {
    routes.set(id, store.traits?.routed ? await routeOf(id) : '')
  }
  return (letter, { userId = 'ada', id = letter.repeat(22), ...change } = {}) => ({
    id: `${routes.get(userId)}${id}`,
    userId,
    secretHash: letter.repeat(43),
    createdAt: NOW,
    activePeriodExpiresAt: NOW + DAY,
    idlePeriodExpiresAt: NOW + 15 * DAY,
    attributes: { device: `device ${letter}` },
    ...change,
  })
}

const ada = { id: 'ada', attributes: { name: 'Ada' } }
const bob = { id: 'bob', attributes: { name: 'Bob' } }
const later = { activePeriodExpiresAt: NOW + 2 * DAY, idlePeriodExpiresAt: NOW + 16 * DAY }

const read = async (store: CaseStore, letter: string) =>
  store.read((await recordsFor(store))(letter).id, { consistency: 'strong' })

async function withAda(store: CaseStore, ...letters: string[]): Promise<void> {
  const record = await recordsFor(store)
  await store.createUser(ada)
  for (const letter of letters) await store.insert(record(letter))
}

/** A case as it is written: over plain ids, and over the store itself. */
interface WrittenCase extends Omit<StoreCase, 'run'> {
  readonly run: (store: CaseStore, itself: AnyCaseStore) => Promise<void>
}

const written: readonly WrittenCase[] = [
  {
    name: 'gives back a session with its user, unchanged',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store)
      equal(await store.insert(record('a')), ada, 'insert answers the user')
      equal(await read(store, 'a'), { session: record('a'), user: ada }, 'strong read')
      equal(
        await store.read(record('a').id, { consistency: 'eventual' }),
        { session: record('a'), user: ada },
        'eventual read',
      )
    },
  },
  {
    name: 'keeps nothing for a user that does not exist',
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
    name: 'gives null for a session that does not exist',
    promise: 'contract',
    async run(store) {
      await withAda(store, 'a')
      equal(await read(store, 'b'), null, 'read')
    },
  },
  {
    name: 'gives back dead sessions too: it decides nothing',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await store.createUser(ada)
      const dead = record('a', { activePeriodExpiresAt: 1, idlePeriodExpiresAt: 2 })
      await store.insert(dead)
      equal((await read(store, 'a'))?.session, dead, 'read')
    },
  },
  {
    name: 'moves the deadlines of a session that exists',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      equal(await store.renew(record('a').id, later), true, 'renew')
      equal((await read(store, 'a'))?.session, { ...record('a'), ...later }, 'read')
    },
  },
  {
    name: 'P7: never moves a deadline to an earlier time, each on its own',
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
    name: 'P1: does not bring a deleted session back by renewing or updating it',
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
    name: 'P1: a revoked session stays gone, whatever renewals and updates race with it',
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
    name: 'deletes one session, and deleting it again is no failure',
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
    name: 'P2: deletes all sessions of a user and of nobody else',
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
    name: 'P2: a user whose id begins like another’s is somebody else',
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
    name: 'P2: keeps exactly the one session named in except',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a', 'b', 'c')
      await store.deleteByUser('ada', { except: record('b').id })
      const ids = (await store.listByUser('ada')).map(({ session }) => session.id)
      equal(ids, [record('b').id], 'left')
    },
  },
  {
    name: 'P2: an except that is not there, or another user’s, keeps nothing',
    promise: 'P2',
    async run(store) {
      const record = await recordsFor(store)
      await withAda(store, 'a')
      await store.createUser(bob)
      await store.insert(record('c', { userId: 'bob' }))
      await store.deleteByUser('ada', { except: record('c', { userId: 'bob' }).id })
      equal(await store.listByUser('ada'), [], 'left')
      equal((await store.listByUser('bob')).length, 1, 'sessions of another')
    },
  },
  {
    name: 'P2: deleting all sessions leaves none that was created before, while others sign in',
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
      equal(await store.listByUser('nobody'), [], 'unknown user')
    },
  },
  {
    name: 'has deleteExpired(), or the trait selfExpiring',
    promise: 'contract',
    async run({ deleteExpired, traits }) {
      holds(deleteExpired !== undefined || traits?.selfExpiring === true, 'it has neither')
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
        'left',
      )
    },
  },
  {
    name: 'merges session attributes key by key',
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
    name: 'merges user attributes key by key, and shows them in the next read of a session',
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
    name: 'keeps text as it is: quotes, emoji, line breaks, SQL and JSON syntax',
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
    name: 'keeps values as JSON has them: empty, nested, large and small',
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
      const { settings: kept } = (await store.readUser('ada'))?.attributes ?? {}
      equal(kept, settings, 'beside a change')
      const record = await recordsFor(store)
      const seen = 9_007_199_254_740_991
      await store.insert(record('a', { attributes: { device: '', seen } }))
      await store.renew(record('a').id, later)
      equal((await read(store, 'a'))?.session.attributes, { device: '', seen }, 'after a renewal')
    },
  },
  {
    name: 'tells ids apart by the case of their letters',
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
    name: 'deletes a user with all its sessions',
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
    name: 'hands out what the caller may keep and change without changing the store',
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
        // A frozen object is as good: nobody can change it.
      }
      equal((await store.readUser('ada'))?.attributes.settings, { theme: 'dark' }, 'user')
    },
  },
]

/** The cases, for any test runner to loop over. Each needs an empty store. */
export const storeCases: readonly StoreCase[] = [
  ...written.map(({ run, ...rest }) => ({
    ...rest,
    run: (store: AnyCaseStore) => run(withPlainIds(store), store),
  })),
  ...inputCases,
]
