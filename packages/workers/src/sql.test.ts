import { applyD1Migrations, reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseSession, type CaseUser, recordsFor, storeSuite } from '@limen/conformance'
import { beforeEach, describe, expect, it } from 'vitest'
import { d1, durableObjectSql, migrate, migrations, sqlStore } from '@limen/sql'
import { d1Store } from './d1-store.ts'

const MINUTES = 600_000

beforeEach(async () => {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
})

describe('sqlStore() in D1, on the migration of @limen/workers', () => {
  const suite = storeSuite(
    { open: () => ({ connect: (pace) => sqlStore<CaseUser, CaseSession>(d1(pace(env.DB))) }) },
    { histories: 12 },
  )
  it.each(suite)('$name', ({ run }) => run(), MINUTES)
})

describe('sqlStore() and d1Store() on one database', () => {
  const suite = storeSuite(
    {
      open() {
        let clients = 0
        return {
          connect: (pace) =>
            clients++ % 2
              ? d1Store<CaseUser, CaseSession>(pace(env.DB))
              : sqlStore<CaseUser, CaseSession>(d1(pace(env.DB))),
        }
      },
    },
    { histories: 12 },
  )
  it.each(suite)('$name', ({ run }) => run(), MINUTES)

  it('read what the other wrote', async () => {
    const stores = [
      d1Store<CaseUser, CaseSession>(env.DB),
      sqlStore<CaseUser, CaseSession>(d1(env.DB)),
    ]
    const record = await recordsFor(stores[0]!)
    for (const [index, writer] of stores.entries()) {
      const reader = stores[1 - index]!
      const userId = `user ${index}`
      const user = { id: userId, attributes: { name: '"Ω" \\', note: null } }
      const session = { ...record('a'), id: `a${index}`, userId }
      await writer.createUser(user)
      await writer.insert(session)
      expect(await reader.read(session.id, { consistency: 'eventual' })).toEqual({ session, user })
      await reader.update(session.id, { seen: null })
      expect((await writer.listByUser(userId))[0]?.session.attributes).toEqual({
        ...session.attributes,
        seen: null,
      })
      await reader.deleteUser(userId)
      expect(await writer.read(session.id, { consistency: 'strong' })).toBeNull()
    }
  })

  it('leave each other’s tables as they are', async () => {
    const schema = () => env.DB.prepare('select sql from sqlite_master order by name').all()
    const before = await schema()
    await migrate(d1(env.DB))
    expect((await schema()).results).toEqual(before.results)
  })
})

describe('sqlStore() in D1, on its own migration', () => {
  it('reads from the primary when a session is missing on a replica', async () => {
    const sent: string[] = []
    const nothing = { results: [], meta: { changes: 0, served_by_primary: false } }
    const replica = { bind: () => replica, all: async () => nothing }
    const db = {
      prepare(sql: string) {
        sent.push('primary')
        return env.DB.prepare(sql)
      },
      withSession(constraint: string) {
        sent.push(constraint)
        return { prepare: () => replica }
      },
    }
    const store = sqlStore<CaseUser, CaseSession>(d1(db as unknown as D1Database))
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    sent.length = 0

    const found = await store.read(record('a').id, { consistency: 'eventual' })

    expect(found?.session.id).toBe(record('a').id)
    expect(sent).toEqual(['first-unconstrained', 'primary'])
  })

  it('costs one statement to validate on a replica, and one to sign in', async () => {
    await reset()
    await migrate(d1(env.DB))
    const sent: string[] = []
    const db = new Proxy(env.DB, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          sent.push(key === 'withSession' ? String(args[0]) : String(key))
          return Reflect.apply(member, target, args)
        }
      },
    })
    const store = sqlStore<CaseUser, CaseSession>(d1(db))
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(store)
    sent.length = 0
    await store.insert(record('a'))
    expect(sent).toEqual(['prepare'])
    sent.length = 0
    await store.read(record('a').id, { consistency: 'eventual' })
    expect(sent).toEqual(['first-unconstrained'])
  })

  it('uses an index for every query', async () => {
    await reset()
    await migrate(d1(env.DB))
    const { results } = await env.DB.prepare(
      'explain query plan delete from limen_session where id in (select id from limen_session where idle_expires_at <= 5 order by idle_expires_at limit 9)',
    ).all<{ detail: string }>()
    expect(results.map(({ detail }) => detail).join('\n')).toMatch(/limen_session_expiry/)
    expect(migrations('sqlite')).toHaveLength(6)
  })
})

describe('sqlStore() in the SQLite of a Durable Object', () => {
  let storage: DurableObjectStorage
  const layout = { user: { table: 'my_user' }, session: { table: 'my_session' } }
  const suite = storeSuite(
    {
      async open() {
        await migrate(durableObjectSql(storage), layout)
        return {
          connect: (pace) =>
            sqlStore<CaseUser, CaseSession>(pace(durableObjectSql(storage)), layout),
        }
      },
    },
    { histories: 12 },
  )
  const inObject = async (name: string, run: () => Promise<void>) => {
    const object = env.SESSIONS.get(env.SESSIONS.idFromName(name))
    await runInDurableObject(object, async (_, state) => {
      storage = state.storage
      await run()
    })
  }
  it.each(suite)('$name', ({ name, run }) => inObject(name, run), MINUTES)

  it('counts sessions, not rows of indexes', async () => {
    const object = env.SESSIONS.get(env.SESSIONS.idFromName('count'))
    await runInDurableObject(object, async (_, state) => {
      const driver = durableObjectSql(state.storage)
      await migrate(driver, layout)
      const store = sqlStore<CaseUser, CaseSession>(driver, layout)
      await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
      const record = await recordsFor(store)
      for (const letter of ['a', 'b', 'c']) await store.insert(record(letter))
      expect(await store.deleteExpired!({ now: Infinity, limit: 2 })).toBe(2)
    })
  })

  it('makes all or nothing of a migration', async () => {
    const object = env.SESSIONS.get(env.SESSIONS.idFromName('batch'))
    await runInDurableObject(object, async (_, state) => {
      const driver = durableObjectSql(state.storage)
      await expect(driver.batch(['create table once (id text)', 'no SQL'])).rejects.toThrow()
      await driver.batch(['create table once (id text)'])
    })
  })
})
