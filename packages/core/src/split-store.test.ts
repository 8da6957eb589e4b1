import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Consistency,
  type RoutedStore,
  type SessionRecord,
  type Store,
  cached,
  limen,
  splitStore,
} from '@limen/core'
import { notingStore } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'

interface User {
  readonly name: string
}
interface Device {
  readonly device: string
}
type Split = Store<User, Device>

const NOW = 1_700_000_000_000
const strong = { consistency: 'strong' } as const
const later = { activePeriodExpiresAt: NOW + 3e9, idlePeriodExpiresAt: NOW + 4e9 }
const ada = { id: 'ada', attributes: { name: 'Ada' } }
const recordOf = (id: string, userId = 'ada'): SessionRecord<Device> => ({
  id,
  userId,
  secretHash: `hash of ${id}`,
  createdAt: NOW,
  activePeriodExpiresAt: NOW + 1e9,
  idlePeriodExpiresAt: NOW + 2e9,
  attributes: { device: `device ${id}` },
})

/** Two engines, whose calls wait for `turn` twice: before they are made, and before they resolve. */
function engines(turn: (call: string) => Promise<void> = async () => {}) {
  const [sessions, users] = [memoryStore<object, Device>(), memoryStore<User>()]
  const slow = <AnyStore extends object>(engine: string, store: AnyStore): AnyStore =>
    Object.fromEntries(
      Object.entries(store).map(([name, call]) => [
        name,
        async (...args: never[]) => {
          await turn(`${engine}.${name}`)
          const answer: unknown = await (call as (...args: never[]) => unknown)(...args)
          await turn(`${engine}.${name} resolves`)
          return answer
        },
      ]),
    ) as AnyStore
  const store: Split = splitStore({
    sessions: slow('sessions', sessions),
    users: slow('users', users),
  })
  return { sessions, users, store }
}

/** The names of the engine calls that an act makes. */
async function callsOf(act: (store: Split) => Promise<unknown>, before = act): Promise<string[]> {
  const calls: string[] = []
  const { store } = engines(async (call) => void calls.push(call))
  await before(store)
  calls.length = 0
  await act(store)
  return calls.filter((call) => !call.endsWith('resolves'))
}

describe('splitStore()', () => {
  it('stores sessions in one store, and users with their attributes in the other', async () => {
    const { sessions, users, store } = engines()
    await store.createUser(ada)
    expect(await store.insert(recordOf('a'))).toEqual(ada)
    expect(await store.read('a', strong)).toEqual({ session: recordOf('a'), user: ada })
    expect(await store.listByUser('ada')).toEqual([{ session: recordOf('a'), user: ada }])
    expect(await users.readUser('ada')).toEqual(ada)
    expect(await users.listByUser('ada')).toEqual([])
    expect(await sessions.readUser('ada')).toEqual({ id: 'ada', attributes: {} })
    await store.updateUser('ada', { name: 'Ada L.' })
    expect((await store.read('a', strong))?.user.attributes).toEqual({ name: 'Ada L.' })
  })

  it('calls only four methods of `users`', async () => {
    const table = new Map([['ada', ada]])
    // Written in place, so that the types of the parameters come from `splitStore()`.
    const store = splitStore({
      sessions: memoryStore(),
      users: {
        createUser: async (user: typeof ada) => !table.has(user.id) && !!table.set(user.id, user),
        readUser: async (userId) => table.get(userId) ?? null,
        updateUser: async (userId) => table.has(userId),
        deleteUser: async (userId) => void table.delete(userId),
      },
    })
    const auth = limen({ store, getUserAttributes: ({ name }) => ({ name }) })
    const session = await auth.createSession({ userId: 'ada' })
    expect((await auth.validateSession(auth.createBearerToken(session))).user.name).toBe('Ada')
  })

  it('accepts a user who was created in `users` directly', async () => {
    const { users, store } = engines()
    await users.createUser(ada)
    expect(await store.insert(recordOf('a'))).toEqual(ada)
    expect((await store.read('a', strong))?.user).toEqual(ada)
    expect(await store.createUser(ada), 'the id is taken').toBe(false)
    expect(await store.read('a', strong)).not.toBeNull()
  })

  it('P1: a user who was deleted in `users` directly has no sessions, without a failure', async () => {
    const { sessions, users, store } = engines()
    await store.createUser(ada)
    await store.insert(recordOf('a'))
    await users.deleteUser('ada')
    expect(await store.read('a', strong)).toBeNull()
    expect(await store.read('a', { consistency: 'eventual' })).toBeNull()
    expect(await store.listByUser('ada')).toEqual([])
    expect(await store.insert(recordOf('b'))).toBeNull()
    expect(await sessions.read('b', strong), 'nothing is stored').toBeNull()
    expect(await store.renew('a', later)).toBe(false)
    expect(await store.update('a', { device: 'ghost' })).toBe(false)
    await store.createUser({ id: 'bob', attributes: { name: 'Bob' } })
    expect(await store.insert(recordOf('c', 'bob'), { replaces: 'a' }), 'replaces').toBeNull()
    expect(await store.read('c', strong)).toBeNull()
    await store.createUser(ada)
    expect(await store.listByUser('ada'), 'a new user of that id has none of them').toEqual([])
  })

  it('creates one of two concurrent users of one id', async () => {
    const { store } = engines()
    const answers = await Promise.all([store.createUser(ada), store.createUser(ada)])
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await store.insert(recordOf('a'))).toEqual(ada)
  })

  it('has the traits of the store of sessions, and staleMisses of either', () => {
    const plain = memoryStore()
    const withMisses = { ...plain, traits: { staleMisses: true } }
    const routed = {
      ...(plain as unknown as RoutedStore<object, object>),
      traits: { routed: true, selfExpiring: true } as const,
    }
    expect(splitStore({ sessions: plain, users: plain }).traits).toEqual({})
    expect(splitStore({ sessions: withMisses, users: plain }).traits).toEqual({ staleMisses: true })
    expect(splitStore({ sessions: plain, users: withMisses }).traits).toEqual({ staleMisses: true })
    expect(splitStore({ sessions: plain, users: routed }).traits).toEqual({})
    expect(splitStore({ sessions: routed, users: plain }).traits).toEqual(routed.traits)
    expect(splitStore({ sessions: routed, users: withMisses }).traits).toEqual({
      ...routed.traits,
      staleMisses: true,
    })
  })

  it('gives up on a store of sessions that loses the user three times', async () => {
    const [plain, users] = [memoryStore<object, Device>(), memoryStore<User>()]
    let inserts = 0
    const losing = {
      ...plain,
      insert: async () => (inserts++ < 9 ? null : { id: 'ada', attributes: {} }),
    }
    await users.createUser(ada)
    const inserting = splitStore({ sessions: losing, users }).insert(recordOf('a'))
    await expect(inserting).rejects.toThrow('lost the user again and again')
    expect(inserts).toBe(3)
  })

  it('P1: reads a session strongly before it changes it', async () => {
    const reads: Consistency[] = []
    const sessions = notingStore<object, Device>(reads)
    const store = splitStore({ sessions, users: memoryStore<User>() })
    await withSession(store)
    expect(await store.renew('a', later)).toBe(true)
    expect(await store.update('a', { device: 'phone' })).toBe(true)
    expect(reads).toEqual(['strong', 'strong'])
  })

  const withSession = async (store: Split) => {
    await store.createUser(ada)
    await store.insert(recordOf('a'))
  }
  const costs: [name: string, act: (store: Split) => Promise<unknown>, calls: string][] = [
    ['validate', (store) => store.read('a', strong), 'sessions.read users.readUser'],
    ['miss', (store) => store.read('x', strong), 'sessions.read'],
    ['renew', (store) => store.renew('a', later), 'sessions.read users.readUser sessions.renew'],
    ['sign in', (store) => store.insert(recordOf('b')), 'users.readUser sessions.insert'],
    [
      'replace a session',
      (store) => store.insert(recordOf('b'), { replaces: 'a' }),
      'users.readUser sessions.read users.readUser sessions.insert',
    ],
    [
      'sign in with a limit',
      (store) =>
        store.insert(recordOf('b'), { limit: { most: 1, onLimit: 'refuse', now: NOW + 3e9 } }),
      'users.readUser sessions.insert',
    ],
    ['sign in an unknown user', (store) => store.insert(recordOf('b', 'eve')), 'users.readUser'],
    [
      'sign up',
      (store) => store.createUser({ ...ada, id: 'eve' }),
      'sessions.createUser users.createUser',
    ],
    ['sign out', (store) => store.delete('a'), 'sessions.delete'],
    ['revoke all', (store) => store.deleteByUser('ada', {}), 'sessions.deleteByUser'],
    ['delete a user', (store) => store.deleteUser('ada'), 'users.deleteUser sessions.deleteUser'],
  ]
  it.each(costs)('makes no more engine calls than documented to %s', async (_name, act, calls) => {
    expect(await callsOf(act, withSession)).toEqual(calls.split(' '))
  })

  it('works behind a cache like any store', async () => {
    const { store, users } = engines()
    const front = cached(store, {
      cache: new Map<string, object>(),
      maxAgeMs: 1000,
      now: () => NOW,
    })
    await withSession(front)
    await front.read('a', { consistency: 'eventual' })
    await users.updateUser('ada', { name: 'not visible yet' })
    expect((await front.read('a', { consistency: 'eventual' }))?.user).toEqual(ada)
    await front.deleteUser('ada')
    expect(await front.read('a', { consistency: 'eventual' })).toBeNull()
  })
})

describe('P4: splitStore() when one engine call or its answer is lost', () => {
  const acts: [name: string, act: (store: Split) => Promise<unknown>][] = [
    ['deleteUser', (store) => store.deleteUser('ada')],
    ['createUser', (store) => store.createUser({ id: 'new', attributes: { name: 'New' } })],
    ['insert', (store) => store.insert(recordOf('b'))],
    [
      'the first insert of a user created in `users` directly',
      (store) => store.insert(recordOf('p', 'past')),
    ],
    ['replacement', (store) => store.insert(recordOf('b'), { replaces: 'a' })],
    [
      'the first replacement by a user created in `users` directly',
      (store) => store.insert(recordOf('p', 'past'), { replaces: 'a' }),
    ],
    [
      'limited insert',
      (store) =>
        store.insert(recordOf('b'), { limit: { most: 1, onLimit: 'revoke-oldest', now: NOW } }),
    ],
    ['renew', (store) => store.renew('a', later)],
    ['update', (store) => store.update('a', { device: 'phone' })],
    ['updateUser', (store) => store.updateUser('ada', { name: 'Ada L.' })],
    ['deleteByUser', (store) => store.deleteByUser('ada', {})],
  ]
  it.each(acts)(
    'P4: %s rejects, leaves no session without a user, and completes when repeated',
    async (name, act) => {
      for (let failing = 0; failing < 10; failing++) {
        let turns = Infinity
        const { sessions, users, store } = engines(async () => {
          if (turns-- === 0) throw new Error('lost')
        })
        await store.createUser(ada)
        await store.insert(recordOf('a'))
        await users.createUser({ id: 'past', attributes: { name: 'Past' } })

        turns = failing
        const failed = await act(store).then(
          () => false,
          () => true,
        )
        const hasResolved = turns >= 0
        expect(failed, `${name}, turn ${failing}`).toBe(!hasResolved)
        turns = Infinity

        const ids = ['a', 'b', 'p', 'n']
        for (const id of ids) {
          const found = await store.read(id, strong)
          if (found) expect(await users.readUser(found.session.userId)).toEqual(found.user)
        }
        if (name === 'deleteUser' && !(await users.readUser('ada'))) {
          expect(await store.read('a', strong), 'interrupted').toBeNull()
        }
        await act(store)
        expect(await act(store).then(() => true)).toBe(true)

        if (name === 'deleteUser') expect(await sessions.listByUser('ada')).toEqual([])
        if (name === 'createUser') {
          expect((await store.readUser('new'))?.attributes).toEqual({ name: 'New' })
          expect(await store.insert(recordOf('n', 'new'))).not.toBeNull()
        }
        if (name.includes('replacement')) {
          expect(await store.read('a', strong), 'the replaced session').toBeNull()
        }
        if (name.includes('directly')) expect(await store.read('p', strong)).not.toBeNull()
      }
    },
  )

  it('P4: an interrupted deleteUser leaves no session to a new user of that id', async () => {
    for (let failing = 0; failing < 4; failing++) {
      let turns = Infinity
      const { store } = engines(async () => {
        if (turns-- === 0) throw new Error('lost')
      })
      await store.createUser(ada)
      await store.insert(recordOf('a'))
      turns = failing
      await expect(store.deleteUser('ada')).rejects.toThrow('lost')
      turns = Infinity
      const isNew = await store.createUser(ada)
      expect((await store.read('a', strong)) === null, `turn ${failing}`).toBe(isNew)
      expect(await store.insert(recordOf('b'))).toEqual(ada)
    }
  })
})

describe('P1: splitStore() when deleting a user and creating the next are both interrupted', () => {
  it('P1: the new user has no session of the old one', async () => {
    for (let failing = 0; failing < 8; failing++) {
      let turns = Infinity
      const { users, store } = engines(async () => {
        if (turns-- === 0) throw new Error('lost')
      })
      await store.createUser(ada)
      await store.insert(recordOf('a'))
      await users.deleteUser('ada')
      turns = failing
      await store.createUser(ada).catch(() => {})
      turns = Infinity
      await store.createUser(ada)
      expect(await store.readUser('ada')).toEqual(ada)
      expect(await store.read('a', strong), `turn ${failing}`).toBeNull()
    }
  })
})

describe('P1, P2: splitStore() with concurrent calls', () => {
  const kinds = ['insert', 'replace', 'renew', 'read', 'deleteUser', 'deleteByUser', 'listByUser']
  const ids = fc.constantFrom('a', 'b', 'c', 'd')
  const command = fc.record({
    kind: fc.constantFrom(...kinds, 'insert'),
    id: ids,
    replaces: ids,
  })

  it('P1, P2: has no session of a deleted user, also when the id is created again', async () => {
    let deletions = 0
    const plan = fc.array(command, { minLength: 2, maxLength: 8 })
    const race = fc.asyncProperty(
      plan,
      fc.boolean(),
      fc.scheduler(),
      async (commands, isPast, scheduler) => {
        let isRacing = false
        const { users, sessions, store } = engines(async (call) => {
          if (isRacing) await scheduler.schedule(Promise.resolve(), call)
        })
        // A user who was created in `users` is created in the store of sessions during the race.
        await (isPast ? users : store).createUser(ada)
        const inserted = new Set<string>()
        isRacing = true
        const replacements = new Map<string, number>()
        const calls = commands.map(async ({ kind, id, replaces }) => {
          await scheduler.schedule(Promise.resolve(), kind)
          if (kind === 'insert' && !inserted.has(id)) {
            inserted.add(id)
            await store.insert(recordOf(id))
          }
          if (kind === 'replace' && !inserted.has(id) && replaces !== id) {
            inserted.add(id)
            if (await store.insert(recordOf(id), { replaces })) {
              replacements.set(replaces, (replacements.get(replaces) ?? 0) + 1)
            }
          }
          if (kind === 'renew') await store.renew(id, later)
          if (kind === 'read') await store.read(id, strong)
          if (kind === 'deleteUser') await store.deleteUser('ada')
          if (kind === 'deleteByUser') await store.deleteByUser('ada', { except: id })
          if (kind === 'listByUser') await store.listByUser('ada')
        })
        await scheduler.waitFor(Promise.all(calls))
        isRacing = false

        for (const [id, count] of replacements) {
          expect(count, 'how often a session is replaced').toBe(1)
          expect(await store.read(id, strong)).toBeNull()
        }
        if (commands.some(({ kind }) => kind === 'deleteUser')) {
          deletions++
          expect(await sessions.listByUser('ada')).toEqual([])
          await store.createUser(ada)
          for (const id of inserted) expect(await store.read(id, strong)).toBeNull()
        } else {
          for (const { session } of await store.listByUser('ada')) {
            expect(await store.read(session.id, strong)).not.toBeNull()
          }
        }
        expect(await store.insert(recordOf('z'))).toEqual(ada)
      },
    )
    await fc.assert(race, { numRuns: 2000 })
    expect(deletions).toBeGreaterThan(200)
  }, 60_000)
})
