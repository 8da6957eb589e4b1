/** The suite on stores with the trait `routed`: right ones, and broken ones that it must catch. */
import {
  type RoutedId,
  type RoutedStore,
  type SessionRecord,
  type UserRecord,
  cached,
  splitStore,
} from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { endedByLimit, laterDeadlines, mergedAttributes } from '@limen/core/store-kit'
import { describe, expect, it } from 'vitest'
import {
  type CaseSession,
  type CaseUser,
  type Engine,
  type Pace,
  faulty,
  storeSuite,
} from '../src/index.ts'

type AnyStore = RoutedStore<CaseUser, CaseSession>

/** One user with its sessions, as a Durable Object has them. */
interface UserObject {
  user: UserRecord<CaseUser> | null
  readonly sessions: Map<string, SessionRecord<CaseSession>>
}

/** How a store finds an object, and what it returns as an id. */
interface Naming {
  readonly nameOf?: (id: RoutedId) => string
  readonly returned?: (id: RoutedId) => unknown
  readonly traits?: object
}

/** A namespace of objects, each of which has at most one user. */
function namespace() {
  const objects = new Map<string, UserObject>()
  return {
    async call<Answer>(name: string, act: (object: UserObject) => Answer): Promise<Answer> {
      const object = objects.get(name) ?? { user: null, sessions: new Map() }
      objects.set(name, object)
      return structuredClone(act(object))
    },
  }
}

/** A store with one object for each user. The object is named by the route. */
function objectStore(
  objects: ReturnType<typeof namespace>,
  { nameOf = ({ route }) => route, returned = ({ id }) => id, traits = {} }: Naming = {},
): AnyStore {
  const call = <Answer>(id: RoutedId, act: (object: UserObject) => Answer) =>
    objects.call(nameOf(id), act)
  const withUser = ({ user }: UserObject, session: SessionRecord<CaseSession>) => ({
    session,
    user: user!,
  })

  return {
    traits: { routed: true, selfExpiring: true, ...traits },
    read: (id) =>
      call(id, (object) => {
        const session = object.sessions.get(id.id)
        return session ? withUser(object, session) : null
      }),
    async insert({ id, ...session }, { replaces, limit } = {}) {
      const isOfOther = replaces !== undefined && nameOf(replaces) !== nameOf(id)
      const applyLimit = ({ sessions }: UserObject) => {
        const others = [...sessions.values()].filter(
          (one) => one.id !== id.id && one.id !== replaces?.id,
        )
        for (const ended of limit ? endedByLimit(others, limit) : []) sessions.delete(ended)
      }
      const user = await call(id, (object) => {
        if (object.user?.id !== session.userId) return null
        if (replaces && !isOfOther && !object.sessions.has(replaces.id)) return null
        // No step can be undone after a session was revoked.
        if (!isOfOther || limit?.onLimit === 'refuse') applyLimit(object)
        if (replaces) object.sessions.delete(replaces.id)
        object.sessions.set(id.id, structuredClone({ ...session, id: returned(id) as string }))
        return object.user
      })
      if (!user || !isOfOther) return user
      // The session of the other user ends last: until then no client has the token of the new one.
      const hasEnded = await call(replaces, ({ sessions }) => sessions.delete(replaces.id))
      await call(id, (object) => {
        if (!hasEnded) object.sessions.delete(id.id)
        else if (limit?.onLimit === 'revoke-oldest') applyLimit(object)
      })
      return hasEnded ? user : null
    },
    renew: (id, deadlines) =>
      call(id, ({ sessions }) => {
        const session = sessions.get(id.id)
        if (session) sessions.set(id.id, { ...session, ...laterDeadlines(session, deadlines) })
        return session !== undefined
      }),
    update: (id, update) =>
      call(id, ({ sessions }) => {
        const session = sessions.get(id.id)
        if (!session) return false
        const attributes = structuredClone(mergedAttributes(session.attributes, update))
        return sessions.set(id.id, { ...session, attributes }) !== undefined
      }),
    delete: (id) => call(id, ({ sessions }) => void sessions.delete(id.id)),
    deleteByUser: (id, { except }) =>
      call(id, ({ sessions }) => {
        for (const other of sessions.keys()) if (other !== except) sessions.delete(other)
      }),
    listByUser: (id) =>
      call(id, (object) =>
        [...object.sessions.values()]
          .toSorted((a, b) => a.createdAt - b.createdAt)
          .map((session) => withUser(object, session)),
      ),
    createUser: ({ id, attributes }) =>
      call(id, (object) => {
        if (object.user) return false
        object.user = structuredClone({ id: id.id, attributes })
        return true
      }),
    readUser: (id) => call(id, ({ user }) => user),
    updateUser: (id, update) =>
      call(id, (object) => {
        if (!object.user) return false
        const attributes = structuredClone(mergedAttributes(object.user.attributes, update))
        object.user = { ...object.user, attributes }
        return true
      }),
    deleteUser: (id) =>
      call(id, (object) => {
        object.user = null
        object.sessions.clear()
      }),
  }
}

const opened = (naming?: Naming) => () => {
  const objects = namespace()
  return { connect: (pace: Pace) => objectStore(pace(objects), naming) }
}

const right: [name: string, open: () => Engine][] = [
  ['a routed store', opened()],
  [
    'cached() over a routed store',
    () => {
      const [{ connect }, cache] = [opened()(), new Map<string, object>()]
      return { connect: (pace) => cached(connect(pace), { cache, maxAgeMs: 600_000 }) }
    },
  ],
  [
    'splitStore() with sessions in a routed store',
    () => {
      const [{ connect }, users] = [opened()(), memoryStore<CaseUser>()]
      return {
        connect: (pace) =>
          splitStore({
            sessions: connect(pace) as unknown as RoutedStore<object, CaseSession>,
            users: pace(users),
          }),
      }
    },
  ],
  [
    'splitStore() with users in a routed store',
    () => {
      const [{ connect }, sessions] = [opened()(), memoryStore<object, CaseSession>()]
      return {
        connect: (pace) => splitStore({ sessions: pace(sessions), users: connect(pace) }),
      }
    },
  ],
  [
    'faulty() without a fault over a routed store',
    () => {
      const { connect } = opened()()
      return { connect: (pace) => faulty(connect(pace), () => undefined) }
    },
  ],
]

describe.each(right)('storeSuite() on %s', (_name, open) => {
  it.each(storeSuite({ open }, { histories: 150 }))('$name', ({ run }) => run())
})

describe('storeSuite() on a broken routed store', () => {
  type Case = [what: string, naming: Naming, caughtBy: string]
  const cases: Case[] = [
    [
      'ignores the route',
      { nameOf: () => 'one for all' },
      'P2: deletes all sessions of one user, and no others',
    ],
    [
      'finds an object by the id',
      { nameOf: ({ id }) => id.slice(0, 22) },
      'returns a session with its user, unchanged',
    ],
    [
      'finds an object by a part of the route',
      { nameOf: ({ route }) => route.slice(0, 1) },
      'A2: ids that engines compare as equal are different users',
    ],
    [
      'returns the id that it was called with',
      { returned: (id) => id },
      'returns a session with its user, unchanged',
    ],
    [
      'has neither deleteExpired() nor the trait selfExpiring',
      { traits: { selfExpiring: false } },
      'has deleteExpired() or the trait selfExpiring',
    ],
  ]

  it.each(cases)('catches one that %s', async (_, naming, caughtBy) => {
    const suite = storeSuite({ open: opened(naming) }, { histories: 100, seed: 1 })
    await expect(suite.find(({ name }) => name === caughtBy)!.run()).rejects.toThrow()
  })
})
