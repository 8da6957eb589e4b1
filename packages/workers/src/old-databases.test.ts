/** Databases that were created before D1, Durable Objects and `sqlStore` shared one schema. */
import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseSession, type CaseUser, recordsFor, storeSuite } from '@limen/conformance'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { d1, migrate, sqlStore } from '@limen/sql'
import { type SessionsNamespace, type SessionsObject, durableObjectStore } from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { OLD_D1, OLD_OBJECT } from '../test/old-tables.ts'
import { d1Store } from './d1-store.ts'

const MINUTES = 600_000
const strong = { consistency: 'strong' } as const

beforeEach(() => reset(), MINUTES)

async function oldD1(): Promise<D1Database> {
  await reset()
  // A statement of a test before can still run, and create the tables again.
  await env.DB.exec('drop view if exists limen_found')
  await env.DB.exec('drop table if exists limen_session')
  await env.DB.exec('drop table if exists limen_user')
  await env.DB.batch(OLD_D1.map((statement) => env.DB.prepare(statement)))
  return env.DB
}

describe('d1Store() on the tables of the old migration', () => {
  const open = async () => {
    const db = await oldD1()
    return {
      connect: (pace: <T extends object>(db: T) => T) => d1Store<CaseUser, CaseSession>(pace(db)),
    }
  }
  it.each(storeSuite({ open }, { histories: 25 }))('$name', ({ run }) => run(), MINUTES)

  it('reads the sessions that the old store wrote', async () => {
    const db = await oldD1()
    await db.batch([
      db.prepare(`INSERT INTO limen_user VALUES ('ada', '{"name":"Ada"}')`),
      db.prepare(
        `INSERT INTO limen_session VALUES ('a', 'ada', 'hash', 1, 2, 3, '{"device":"phone"}')`,
      ),
    ])
    const store = d1Store<CaseUser, CaseSession>(db)
    expect(await store.read('a', strong)).toEqual({
      session: {
        id: 'a',
        userId: 'ada',
        secretHash: 'hash',
        createdAt: 1,
        activePeriodExpiresAt: 2,
        idlePeriodExpiresAt: 3,
        attributes: { device: 'phone' },
      },
      user: { id: 'ada', attributes: { name: 'Ada' } },
    })
  })

  it('does not need the view and the generated column', async () => {
    const db = await oldD1()
    await db.exec('DROP VIEW limen_found')
    await db.exec('ALTER TABLE limen_user DROP COLUMN found')
    const store = d1Store<CaseUser, CaseSession>(db)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { name: 'Ada' } })
  })
})

describe('sqlStore() in D1 on the tables of the old migration', () => {
  const open = async () => {
    const db = await oldD1()
    await migrate(d1(db))
    return {
      connect: (pace: <T extends object>(db: T) => T) =>
        sqlStore<CaseUser, CaseSession>(d1(pace(db))),
    }
  }
  it.each(storeSuite({ open }, { histories: 10 }))('$name', ({ run }) => run(), MINUTES)
})

describe('durableObjectStore() on objects of the old class', () => {
  const open = () => {
    // reset() can miss an object that was just evicted.
    const prefix = crypto.randomUUID()
    return {
      connect: (pace: <T extends object>(client: T) => T) =>
        durableObjectStore<CaseUser, CaseSession>(oldObjects(pace, prefix)),
    }
  }
  it.each(storeSuite({ open }, { histories: 25 }))('$name', ({ run }) => run(), MINUTES)

  it('reads, renews, lists and deletes the sessions that the old class wrote', async () => {
    const userId = crypto.randomUUID()
    const object = await objectOf(userId)
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec(OLD_OBJECT)
      storage.sql.exec('insert into limen_user values (?, ?)', userId, '{"name":"Ada"}')
    })
    const store = withPlainIds(durableObjectStore<CaseUser, CaseSession>(env.SESSIONS))
    const record = await recordsFor(durableObjectStore(env.SESSIONS), userId)
    const [a, b] = [record('a', { userId }), record('b', { userId })]
    await runInDurableObject(object, (_, { storage }) => {
      for (const { id, attributes, ...times } of [a, b]) {
        storage.sql.exec(
          'insert into limen_session values (?, ?, ?, ?, ?, ?)',
          id,
          times.secretHash,
          times.createdAt,
          times.activePeriodExpiresAt,
          times.idlePeriodExpiresAt,
          JSON.stringify(attributes),
        )
      }
    })
    await evictDurableObject(object)

    const user = { id: userId, attributes: { name: 'Ada' } }
    expect(await store.read(a.id, strong)).toEqual({ session: a, user })
    const idlePeriodExpiresAt = b.idlePeriodExpiresAt + 1
    expect(await store.renew(b.id, { ...b, idlePeriodExpiresAt })).toBe(true)
    expect(await store.listByUser(userId)).toEqual([
      { session: a, user },
      { session: { ...b, idlePeriodExpiresAt }, user },
    ])
    await store.delete(a.id)
    await evictDurableObject(object)
    expect(await store.read(a.id, strong)).toBeNull()
    const tables = await runInDurableObject(object, (_, { storage }) =>
      storage.sql.exec(`select name from sqlite_schema where name like 'limen%'`).toArray(),
    )
    expect(tables.map(({ name }) => name)).toEqual(['limen_user', 'limen_session'])
  })
})

/** Objects whose user was created by the old class: with its tables, and evicted from memory since. */
function oldObjects(pace: <T extends object>(client: T) => T, prefix: string): SessionsNamespace {
  return {
    idFromName: (name) => name,
    get(name) {
      const object = env.SESSIONS.get(env.SESSIONS.idFromName(`${prefix} ${name as string}`))
      const call = (key: keyof SessionsObject, args: unknown[]) =>
        key === 'createUser'
          ? createOldUser(object, ...(args as [string, string]))
          : (object[key] as (...args: unknown[]) => Promise<unknown>)(...args)
      return pace(
        new Proxy({} as SessionsObject, {
          get:
            (_, key) =>
            (...args: unknown[]) =>
              call(key as keyof SessionsObject, args),
        }),
      )
    },
  }
}

async function createOldUser(
  object: DurableObjectStub,
  userId: string,
  attributes: string,
): Promise<boolean> {
  // An eviction can make the tool run the callback twice.
  let isNew = false
  await runInDurableObject(object, (_, { storage }) => {
    const query = `select 1 from sqlite_schema where name = 'limen_user'`
    if (storage.sql.exec(query).toArray().length > 0) return
    storage.transactionSync(() => {
      storage.sql.exec(OLD_OBJECT)
      storage.sql.exec('insert into limen_user values (?, ?)', userId, attributes)
    })
    isNew = true
  })
  if (isNew) await evictDurableObject(object)
  return isNew
}

async function objectOf(userId: string) {
  return env.SESSIONS.get(env.SESSIONS.idFromName(await routeOf(userId)))
}
