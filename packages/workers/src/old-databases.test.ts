/** Databases that were created before D1, Durable Objects and `sqlStore` shared one schema. */
import { createHash } from 'node:crypto'
import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseSession, type CaseUser, storeSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { routeOf } from '@limen/core/store-kit'
import { d1, migrate, sqlStore } from '@limen/sql'
import { durableObjectStore } from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { OLD_D1, OLD_OBJECT } from '../test/old-tables.ts'
import { d1Store } from './d1-store.ts'

const MINUTES = 600_000
const DAY = 86_400_000
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
  it.each(storeSuite({ open }, { histories: 10 }))('$name', ({ run }) => run(), MINUTES)

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
  it('rejects their sessions, and does not find them by their user', async () => {
    // The old route: 22 characters of half the hash. The new one is the start of the whole hash, and
    // differs for this id.
    const userId = 'eve'
    const hash = createHash('sha256').update(userId).digest()
    const oldRoute = hash.subarray(0, 16).toString('base64url')
    const [sessionId, secret] = [`${oldRoute}${'a'.repeat(22)}`, 's'.repeat(43)]
    const secretHash = createHash('sha256').update(secret).digest('base64url')
    const object = env.SESSIONS.get(env.SESSIONS.idFromName(oldRoute))
    const count = () =>
      runInDurableObject(object, (_, { storage }) =>
        storage.sql.exec('select id from limen_session').toArray(),
      )
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec(OLD_OBJECT)
      storage.sql.exec('insert into limen_user values (?, ?)', userId, '{"name":"Ada"}')
      const [now, later] = [Date.now(), Date.now() + DAY]
      const values = [sessionId, secretHash, now, later, later, '{}']
      storage.sql.exec('insert into limen_session values (?, ?, ?, ?, ?, ?)', ...values)
    })
    await evictDurableObject(object)

    const auth = limen({ store: durableObjectStore(env.SESSIONS) })
    const rejected = { code: 'AUTH_STORE_REJECTED', message: expect.stringContaining('user_id') }
    const token = `${sessionId}.${secret}`
    await expect(auth.validateToken({ token, consistency: 'strong' })).rejects.toMatchObject(
      rejected,
    )
    await expect(auth.getSession(sessionId)).rejects.toMatchObject(rejected)
    expect(await routeOf(userId)).not.toBe(oldRoute)
    expect(await auth.getUser(userId)).toBeNull()
    expect(await auth.getAllUserSessions(userId)).toEqual([])
    expect(await count(), 'the object is not changed').toEqual([{ id: sessionId }])
  })
})
