/** A right store over a slow engine, whose calls a test can replace with broken ones. */
import type { SessionRecord, Store } from '@limen/core'
import { endedByLimit, laterDeadlines } from '@limen/core/store-kit'
import type { CaseSession, CaseUser, Pace } from '../src/index.ts'

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
    /** Writes and, with `null`, deletes several values at one moment. */
    async write(changes: readonly (readonly [key: string, value: string | null])[]) {
      await turns(20)
      for (const [key, value] of changes) {
        if (value === null) values.delete(key)
        else values.set(key, value)
      }
    },
    async list(prefix: string) {
      await turns(5)
      return [...values.keys()].filter((key) => key.startsWith(prefix))
    },
  }
}

export type Client = ReturnType<typeof engine>
export type StoredSession = SessionRecord<CaseSession>
export type AnyStore = Store<CaseUser, CaseSession>
/** Calls that replace the right ones. */
export type Break = (right: AnyStore, client: Client) => Partial<AnyStore>

/** A right store: one call after the other, from all clients. */
function rightStore(client: Client, alone: <T>(run: () => Promise<T>) => Promise<T>): AnyStore {
  const sessionKey = (id: string) => `session/${id}`
  const userKey = (id: string) => `user/${id}`
  const get = async <Value>(key: string): Promise<Value | null> =>
    JSON.parse((await client.get(key)) ?? 'null')
  const put = (key: string, value: unknown) => client.put(key, JSON.stringify(value))
  const sessions = async () => {
    const all = await Promise.all(
      (await client.list('session/')).map((key) => get<StoredSession>(key)),
    )
    return all.filter((one) => one !== null)
  }
  const sessionsOf = async (user: string) =>
    (await sessions()).filter(({ userId }) => userId === user)
  const change = (id: string, changed: (session: StoredSession) => StoredSession) => async () => {
    const session = await get<StoredSession>(sessionKey(id))
    if (session) await put(sessionKey(id), changed(session))
    return session !== null
  }
  const remove = async (isGone: (session: StoredSession) => boolean) => {
    for (const session of await sessions())
      if (isGone(session)) await client.delete(sessionKey(session.id))
  }

  return {
    read: (id) =>
      alone(async () => {
        const session = await get<StoredSession>(sessionKey(id))
        const attributes = session && (await get<CaseUser>(userKey(session.userId)))
        return session && attributes && { session, user: { id: session.userId, attributes } }
      }),
    insert: (session, { replaces, limit } = {}) =>
      alone(async () => {
        const attributes = await get<CaseUser>(userKey(session.userId))
        if (!attributes) return null
        const isMissing = replaces !== undefined && !(await client.get(sessionKey(replaces)))
        if (isMissing) return null
        const isOther = ({ id }: StoredSession) => id !== replaces
        const ended = limit
          ? endedByLimit((await sessionsOf(session.userId)).filter(isOther), limit)
          : []
        const deleted = replaces === undefined ? ended : [...ended, replaces]
        await client.write([
          ...deleted.map((id) => [sessionKey(id), null] as const),
          [sessionKey(session.id), JSON.stringify(session)],
        ])
        return { id: session.userId, attributes }
      }),
    renew: (id, deadlines) =>
      alone(change(id, (session) => ({ ...session, ...laterDeadlines(session, deadlines) }))),
    update: (id, attributes) =>
      alone(
        change(id, (session) => ({
          ...session,
          // JSON omits what is undefined, so an update removes it.
          attributes: { ...session.attributes, ...attributes },
        })),
      ),
    delete: (id) => alone(() => client.delete(sessionKey(id))),
    deleteByUser: (userId, { except }) =>
      alone(() => remove((session) => session.userId === userId && session.id !== except)),
    listByUser: (userId) =>
      alone(async () => {
        const attributes = await get<CaseUser>(userKey(userId))
        if (!attributes) return []
        return (await sessionsOf(userId))
          .toSorted((a, b) => a.createdAt - b.createdAt)
          .map((session) => ({ session, user: { id: userId, attributes } }))
      }),
    deleteExpired: ({ now, limit }) =>
      alone(async () => {
        const expired = (await sessions()).filter((one) => one.idlePeriodExpiresAt <= now)
        for (const { id } of expired.slice(0, limit)) await client.delete(sessionKey(id))
        return Math.min(expired.length, limit)
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

/** A subject over a slow engine of its own: the right store, with the calls of the broken one. */
export function subject(broken: Break = () => ({})) {
  return {
    open() {
      const opened = engine()
      let last: Promise<unknown> = Promise.resolve()
      const alone = <T>(run: () => Promise<T>): Promise<T> => {
        const mine = last.then(run)
        last = mine.catch(() => {})
        return mine
      }
      return {
        connect(pace: Pace): AnyStore {
          const client = pace(opened)
          const right = rightStore(client, alone)
          return { ...right, ...broken(right, client) }
        },
      }
    },
  }
}
