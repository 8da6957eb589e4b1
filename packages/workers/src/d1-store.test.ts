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
import { beforeEach, describe, expect, inject, it } from 'vitest'
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

  it('asks the primary before it says that a session is missing from a replica', async () => {
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
    const queries = [
      "SELECT found FROM limen_found WHERE id = 'x'",
      "SELECT found FROM limen_found WHERE user_id = 'x' ORDER BY created_at",
      "DELETE FROM limen_session WHERE user_id = 'x' AND id IS NOT 'y'",
      'DELETE FROM limen_session WHERE id IN (SELECT id FROM limen_session WHERE idle_expires_at <= 5 LIMIT 9)',
    ]
    for (const query of queries) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).all<{
        detail: string
      }>()
      const plan = results.map(({ detail }) => detail).join('\n')
      expect(plan, query).not.toMatch(/SCAN|TEMP B-TREE/)
      expect(plan, query).toMatch(/SEARCH/)
    }
  })
})

/** A D1 binding that notes how each statement was sent, and can pose as an empty replica. */
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

function withCookie(token: string, method = 'GET'): Request {
  return new Request('https://app.example/', {
    method,
    headers: { Cookie: `__Host-Http-session=${token}`, 'Sec-Fetch-Site': 'same-origin' },
  })
}
