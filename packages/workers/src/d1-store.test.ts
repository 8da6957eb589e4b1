import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type CaseSession,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { type InsertOptions, limen } from '@limen/core'
import * as sqlite from '@limen/sql/sqlite'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { withCookie } from '../test/with-cookie.ts'
import { d1Store } from './d1-store.ts'

const MINUTES = 600_000

async function emptyDatabase(): Promise<void> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
}

describe('d1Store()', () => {
  const subject = {
    async open() {
      await emptyDatabase()
      return { connect: (pace: Pace) => d1Store<CaseUser, CaseSession>(pace(env.DB)) }
    },
  }
  const chance = { histories: 200, ...inject('soak') }
  it.each(storeSuite(subject, chance))('$name', ({ run }) => run(), MINUTES)
})

describe('d1Store(), counted at the driver', () => {
  beforeEach(emptyDatabase)

  it('costs one statement to validate, one more to renew, one to sign in', async () => {
    const { db, calls } = counted(env.DB)
    let now = 0
    const auth = limen({ store: d1Store(db), now: () => now })
    const { userId } = await auth.createUser({})
    calls.length = 0

    const session = await auth.createSession({ userId })
    expect(calls).toEqual(['primary'])
    calls.length = 0

    const token = auth.createBearerToken(session)
    await auth.handleRequest(withCookie(token)).validate()
    expect(calls).toEqual(['first-unconstrained'])
    calls.length = 0

    await auth.handleRequest(withCookie(token, 'POST')).validate()
    expect(calls).toEqual(['first-primary'])
    calls.length = 0

    now = 2 * 86_400_000
    await auth.handleRequest(withCookie(token)).validate()
    expect(calls).toEqual(['first-unconstrained', 'primary'])
  })

  it('costs one statement to insert, and one transaction to replace or limit a session', async () => {
    const { db, calls } = counted(env.DB)
    const store = d1Store<CaseUser, CaseSession>(db)
    const record = await recordsFor(store)
    const limit = (onLimit: 'refuse' | 'revoke-oldest') => ({ most: 9, onLimit, now: 0 }) as const
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const insert = async (letter: string, options?: InsertOptions) => {
      calls.length = 0
      expect(await store.insert(record(letter), options)).not.toBe(null)
      return [...calls]
    }
    const replaces = (letter: string) => ({ replaces: record(letter).id })
    expect(await insert('a')).toEqual(['primary'])
    expect(await insert('b', {})).toEqual(['primary'])
    expect(await insert('c', { replaces: undefined, limit: undefined })).toEqual(['primary'])
    expect(await insert('d', replaces('a'))).toEqual(['primary', 'primary', 'batch of 2'])
    for (const onLimit of ['refuse', 'revoke-oldest'] as const) {
      const options = { limit: limit(onLimit) }
      expect(await insert(onLimit[3]!, options)).toEqual(['primary', 'primary', 'batch of 2'])
    }
    expect(await insert('e', { ...replaces('d'), limit: limit('refuse') })).toEqual([
      'primary',
      'primary',
      'primary',
      'batch of 3',
    ])
  })

  it('changes nothing when one of the statements of an insert fails', async () => {
    const store = d1Store<CaseUser, CaseSession>(env.DB)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    await env.DB.exec(
      `create trigger no_end before delete on limen_session begin select raise(abort, 'no'); end`,
    )
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    for (const options of [{ replaces: record('a').id }, { limit }]) {
      await expect(store.insert(record('b'), options)).rejects.toMatchObject({
        code: 'AUTH_STORE_REJECTED',
      })
      expect((await store.listByUser('ada')).map(({ session }) => session)).toEqual([record('a')])
    }
  })

  it('reads from the primary when a session is missing on a replica', async () => {
    const { db, calls } = counted(env.DB, { replicaIsEmpty: true })
    const store = d1Store<CaseUser, CaseSession>(db)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    calls.length = 0

    const found = await store.read(record('a').id, { consistency: 'eventual' })

    expect(found?.session.id).toBe(record('a').id)
    expect(calls).toEqual(['first-unconstrained', 'first-primary'])
  })

  it('uses an index for every query', async () => {
    const plans = []
    for (const statement of [
      sqlite.READ,
      sqlite.LIST_BY_USER,
      sqlite.DELETE_BY_USER,
      sqlite.DELETE_EXPIRED,
      sqlite.INSERT_REPLACEMENT_BELOW_LIMIT,
      sqlite.READ_USER_TO_REPLACE,
      sqlite.DELETE_REPLACED,
      sqlite.DELETE_OLDEST,
      sqlite.TAKE_TICKET,
      sqlite.ATTEMPT_TICKET,
      sqlite.DELETE_EXPIRED_TICKETS,
    ]) {
      const values = Array.from(statement.matchAll(/\?/g), () => 5)
      const { results } = await env.DB.prepare(`explain query plan ${statement}`)
        .bind(...values)
        .all<{ detail: string }>()
      plans.push(results.map(({ detail }) => detail).join('\n'))
    }
    for (const plan of plans) {
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE/)
      expect(plan).toMatch(/SEARCH/)
    }
  })
})

/** A D1 binding that records how each statement was sent, and can behave like an empty replica. */
function counted(real: D1Database, { replicaIsEmpty = false } = {}) {
  const calls: string[] = []
  const db = {
    prepare(sql: string) {
      calls.push('primary')
      return real.prepare(sql)
    },
    batch(statements: D1PreparedStatement[]) {
      calls.push(`batch of ${statements.length}`)
      return real.batch(statements)
    },
    withSession(constraint: D1SessionConstraint) {
      const session = real.withSession(constraint)
      return {
        prepare(sql: string) {
          calls.push(constraint)
          if (!replicaIsEmpty || constraint === 'first-primary') return session.prepare(sql)
          const nothing = { results: [], meta: { served_by_primary: false } }
          return { bind: () => ({ all: async () => nothing }) }
        },
      }
    },
  }
  return { db: db as unknown as D1Database, calls }
}
