import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type CaseSession,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { limen } from '@limen/core'
import * as sqlite from '@limen/sql/sqlite'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { withCookie } from '../test/with-cookie.ts'
import { d1Store } from './d1-store.ts'

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
  const chance = { histories: 1000, ...inject('soak') }
  it.each(storeSuite(subject, chance))('$name', ({ run }) => run())
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
