import type { SessionRecord, Store } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { type CaseSession, type CaseUser, type Pace, storeSuite } from '../src/index.ts'

/** A slow engine: reads take five turns, writes take twenty. */
function engine() {
  const values = new Map<string, string>()
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await Promise.resolve()
  }
  return {
    async get(key: string) {
      await turns(5)
      return values.get(key) ?? null
    },
    async put(key: string, value: string) {
      await turns(20)
      values.set(key, value)
    },
    async delete(key: string) {
      await turns(20)
      values.delete(key)
    },
    async list(prefix: string) {
      await turns(5)
      return [...values.keys()].filter((key) => key.startsWith(prefix))
    },
  }
}

type Client = ReturnType<typeof engine>
type Kept = SessionRecord<CaseSession>
type AnyStore = Store<CaseUser, CaseSession>
/** What is broken: calls that stand in for the right ones. */
type Break = (right: AnyStore, client: Client) => Partial<AnyStore>

/** A right store: one call after the other, whoever makes it. */
function rightStore(client: Client, alone: <T>(run: () => Promise<T>) => Promise<T>): AnyStore {
  const sessionKey = (id: string) => `session/${id}`
  const userKey = (id: string) => `user/${id}`
  const get = async <Value>(key: string): Promise<Value | null> =>
    JSON.parse((await client.get(key)) ?? 'null')
  const put = (key: string, value: unknown) => client.put(key, JSON.stringify(value))
  const sessions = async () => {
    const all = await Promise.all((await client.list('session/')).map((key) => get<Kept>(key)))
    return all.filter((one) => one !== null)
  }
  const change = (id: string, changed: (session: Kept) => Kept) => async () => {
    const session = await get<Kept>(sessionKey(id))
    if (session) await put(sessionKey(id), changed(session))
    return session !== null
  }
  const remove = async (isGone: (session: Kept) => boolean) => {
    for (const session of await sessions())
      if (isGone(session)) await client.delete(sessionKey(session.id))
  }

  return {
    read: (id) =>
      alone(async () => {
        const session = await get<Kept>(sessionKey(id))
        const attributes = session && (await get<CaseUser>(userKey(session.userId)))
        return session && attributes && { session, user: { id: session.userId, attributes } }
      }),
    insert: (session) =>
      alone(async () => {
        const attributes = await get<CaseUser>(userKey(session.userId))
        if (attributes) await put(sessionKey(session.id), session)
        return attributes && { id: session.userId, attributes }
      }),
    renew: (id, { activePeriodExpiresAt: active, idlePeriodExpiresAt: idle }) =>
      alone(
        change(id, (session) => ({
          ...session,
          activePeriodExpiresAt: Math.max(session.activePeriodExpiresAt, active),
          idlePeriodExpiresAt: Math.max(session.idlePeriodExpiresAt, idle),
        })),
      ),
    update: (id, attributes) =>
      alone(
        change(id, (session) => ({
          ...session,
          attributes: { ...session.attributes, ...attributes },
        })),
      ),
    delete: (id) => alone(() => client.delete(sessionKey(id))),
    deleteByUser: (userId, { except }) =>
      alone(() => remove((session) => session.userId === userId && session.id !== except)),
    listByUser: (userId) =>
      alone(async () => {
        const attributes = await get<CaseUser>(userKey(userId))
        return (await sessions())
          .filter((session) => attributes && session.userId === userId)
          .toSorted((a, b) => a.createdAt - b.createdAt)
          .map((session) => ({ session, user: { id: userId, attributes: attributes! } }))
      }),
    deleteExpired: ({ now, limit }) =>
      alone(async () => {
        const dead = (await sessions()).filter((one) => one.idlePeriodExpiresAt <= now)
        for (const { id } of dead.slice(0, limit)) await client.delete(sessionKey(id))
        return Math.min(dead.length, limit)
      }),
    createUser: ({ id, attributes }) =>
      alone(async () => {
        const isFree = (await client.get(userKey(id))) === null
        if (isFree) await put(userKey(id), attributes)
        return isFree
      }),
    readUser: (id) =>
      alone(async () => {
        const attributes = await get<CaseUser>(userKey(id))
        return attributes && { id, attributes }
      }),
    updateUser: (id, attributes) =>
      alone(async () => {
        const old = await get<CaseUser>(userKey(id))
        if (old) await put(userKey(id), { ...old, ...attributes })
        return old !== null
      }),
    deleteUser: (userId) =>
      alone(async () => {
        await remove((session) => session.userId === userId)
        await client.delete(userKey(userId))
      }),
  }
}

function subject(broken: Break = () => ({})) {
  return {
    open() {
      const kept = engine()
      let last: Promise<unknown> = Promise.resolve()
      const alone = <T>(run: () => Promise<T>): Promise<T> => {
        const mine = last.then(run)
        last = mine.catch(() => {})
        return mine
      }
      return {
        connect(pace: Pace): AnyStore {
          const client = pace(kept)
          const right = rightStore(client, alone)
          return { ...right, ...broken(right, client) }
        },
      }
    },
  }
}

/** The suite for a broken store, from a seed that stays, with as much chance as every store gets. */
const suiteOf = (broken?: Break) => storeSuite(subject(broken), { histories: 2000, seed: 1 })

const HISTORIES = 'P1, P2, P7: random histories make sense'
const LOST = 'P4: random histories with lost answers'

const putting =
  (client: Client) =>
  async (
    id: string,
    { activePeriodExpiresAt, idlePeriodExpiresAt }: Parameters<AnyStore['renew']>[1],
  ) => {
    const text = await client.get(`session/${id}`)
    if (!text) return false
    const session = JSON.parse(text) as Kept
    const active = Math.max(session.activePeriodExpiresAt, activePeriodExpiresAt)
    const idle = Math.max(session.idlePeriodExpiresAt, idlePeriodExpiresAt)
    await client.put(
      `session/${id}`,
      JSON.stringify({ ...session, activePeriodExpiresAt: active, idlePeriodExpiresAt: idle }),
    )
    return true
  }

describe('storeSuite() on a store over a slow engine', () => {
  it.each(suiteOf())('a right one: $name', ({ run }) => run(), 60_000)

  type Case = [what: string, broken: Break, caughtBy: string]
  const cases: Case[] = [
    [
      'a renewal that puts back what it has read',
      (_, client) => ({ renew: putting(client) }),
      HISTORIES,
    ],
    [
      'a revocation that is not awaited',
      (_, client) => ({
        async delete(id) {
          client.delete(`session/${id}`).catch(() => {})
        },
      }),
      HISTORIES,
    ],
    [
      'an object shared by its readers',
      (right) => {
        const shared = new Map<string, NonNullable<Awaited<ReturnType<AnyStore['read']>>>>()
        return {
          async read(id, options) {
            const found = await right.read(id, options)
            if (found && !shared.has(id)) shared.set(id, found)
            return found && shared.get(id)!
          },
          async readUser(id) {
            const one = [...shared.values()].find(({ user }) => user.id === id)
            return one ? one.user : right.readUser(id)
          },
        }
      },
      'hands out what the caller may keep and change without changing the store',
    ],
    [
      'an index by the beginning of the user id',
      (right, client) => ({
        async deleteByUser(userId) {
          for (const key of await client.list('session/')) {
            const session = JSON.parse((await client.get(key)) ?? 'null') as Kept | null
            if (session?.userId.startsWith(userId)) await right.delete(session.id)
          }
        },
      }),
      'P2: a user whose id begins like another’s is somebody else',
    ],
    [
      'reads that filter the dead',
      (right) => ({
        async read(id, options) {
          const found = await right.read(id, options)
          return found && found.session.idlePeriodExpiresAt > Date.now() ? found : null
        },
      }),
      'gives back dead sessions too: it decides nothing',
    ],
    [
      'an index that loses an entry when two sign in at once',
      (right, client) => {
        const indexed = async (userId: string) =>
          JSON.parse((await client.get(`index/${userId}`)) ?? '[]') as string[]
        return {
          async insert(session) {
            const user = await right.insert(session)
            const ids = await indexed(session.userId)
            await client.put(`index/${session.userId}`, JSON.stringify([...ids, session.id]))
            return user
          },
          async deleteByUser(userId, { except }) {
            for (const id of await indexed(userId)) if (id !== except) await right.delete(id)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a renewal in two steps, of which one may be lost',
      (right, client) => ({
        async renew(id, deadlines) {
          const found = await right.read(id, { consistency: 'strong' })
          if (!found) return false
          await right.delete(id)
          await client.put(`session/${id}`, JSON.stringify(found.session))
          return right.renew(id, deadlines)
        },
      }),
      LOST,
    ],
    [
      'an eventual read that misses what is there',
      (right) => {
        const seen = new Set<string>()
        return {
          async read(id, options) {
            const isFirst = !seen.has(id)
            seen.add(id)
            return isFirst && options.consistency === 'eventual' ? null : right.read(id, options)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a strong read from a copy',
      (right) => {
        const copies = new Map<string, Awaited<ReturnType<AnyStore['read']>>>()
        return {
          async read(id, options) {
            const copy = copies.get(id) ?? (await right.read(id, options))
            if (copy) copies.set(id, copy)
            return structuredClone(copy)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a renewal that shortens',
      (right, client) => ({
        async renew(id, deadlines) {
          const found = await right.read(id, { consistency: 'strong' })
          if (found)
            await client.put(`session/${id}`, JSON.stringify({ ...found.session, ...deadlines }))
          return found !== null
        },
      }),
      'P7: never moves a deadline to an earlier time, each on its own',
    ],
    [
      'ids compared without the case of their letters',
      (right) => ({ read: (id, options) => right.read(id.toLowerCase(), options) }),
      'tells ids apart by the case of their letters',
    ],
    [
      'a merge that takes an empty list for an empty object',
      (right) => ({
        async readUser(id) {
          const user = await right.readUser(id)
          return JSON.parse(JSON.stringify(user).replaceAll('[]', '{}'))
        },
      }),
      'keeps values as JSON has them: empty, nested, large and small',
    ],
    [
      'the end of a user that forgets the sessions',
      (_, client) => ({ deleteUser: (id) => client.delete(`user/${id}`) }),
      'deletes a user with all its sessions',
    ],
    [
      'a sign-in for nobody',
      (right, client) => ({
        async insert(session) {
          await client.put(`session/${session.id}`, JSON.stringify(session))
          return right.insert(session)
        },
      }),
      'keeps nothing for a user that does not exist',
    ],
  ]
  it.each(cases)(
    'catches %s',
    async (_, broken, caughtBy) => {
      const { run } = suiteOf(broken).find(({ name }) => name === caughtBy)!
      await expect(run()).rejects.toThrow()
    },
    60_000,
  )

  it('shows what is declared, with its reason, and lets it fail', async () => {
    const name = 'gives back dead sessions too: it decides nothing'
    const filtering: Break = (right) => ({ ...right, read: async () => null })
    const suite = storeSuite({ ...subject(filtering), declared: { [name]: 'it has no dead' } })
    const shown = suite.find((one) => one.name === `${name} (declared: it has no dead)`)
    await expect(shown!.run()).resolves.toBeUndefined()
  })

  it('knows no exception to a case that does not exist', () => {
    expect(() => storeSuite({ ...subject(), declared: { typo: 'x' } })).toThrow('typo')
  })
})
