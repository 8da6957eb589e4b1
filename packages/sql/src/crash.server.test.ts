import { limen } from '@limen/core'
import { Pool } from 'pg'
import postgresClient from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type Postgres, startPostgres } from '../test/postgres.ts'
import { type SqlDriver, migrate, pg, postgresJs, sqlStore } from './index.ts'

/** Users, each of which signs in and out on a connection of its own. */
const USERS = 8

const clients: Record<string, (url: string) => { driver: SqlDriver; end: () => Promise<void> }> = {
  pg(connectionString) {
    const pool = new Pool({ connectionString, max: USERS })
    // pg emits `error` for a broken idle connection, and Node exits when there is no listener.
    pool.on('error', () => {})
    return { driver: pg(pool), end: () => pool.end() }
  },
  'postgres.js'(url) {
    // The query by which it learns array types rejects unheard when the connection breaks.
    const client = postgresClient(url, { max: USERS, onnotice: () => {}, fetch_types: false })
    // Without a limit it waits for connections that a crash took away.
    return { driver: postgresJs(client), end: () => client.end({ timeout: 1 }) }
  },
}

const crashes = [...Object.keys(clients), ...Object.keys(clients)].map((client) => ({
  client,
  seed: Math.trunc(Math.random() * 2 ** 31),
}))

/** The confirmed results of one user's calls. Only one client signs that user in and out. */
interface Confirmed {
  readonly userId: string
  /** Tokens of the sessions whose beginning was confirmed and whose end was not, by id. */
  readonly begun: Map<string, string>
  /** Tokens of the sessions whose end was confirmed. */
  readonly ended: Set<string>
  /** The sessions whose revocation was requested and not confirmed. */
  readonly doubtful: Set<string>
}

const given = inject('postgres')
if (!given) describe.skip('a crash of PostgreSQL', () => {})

describe.each(given ? [given] : [])('a crash of PostgreSQL', ({ binaries }) => {
  let server: Postgres
  beforeAll(async () => {
    server = (await startPostgres({ binaries })) as Postgres
  })
  afterAll(() => server.stop())

  const connect = async (client: string) => {
    const { driver, end } = clients[client]!(server.url)
    await migrate(driver)
    return { auth: limen({ store: sqlStore(driver) }), end }
  }
  type Auth = Awaited<ReturnType<typeof connect>>['auth']

  it.each(crashes)(
    'P1, P4: loses no sign-in and no revocation that was confirmed through $client (seed $seed)',
    async ({ client, seed }) => {
      const { auth, end } = await connect(client)
      const users: Confirmed[] = []
      for (let user = 0; user < USERS; user++) {
        const { userId } = await auth.createUser({})
        users.push({ userId, begun: new Map(), ended: new Set(), doubtful: new Set() })
      }
      const crashAfter = 100 + randomOf(seed)(400)
      let confirmed = 0
      let crash: Promise<void> | undefined
      const refusals = users.map(async (user, index) => {
        const chance = randomOf(seed + index)
        for (;;) {
          const refusal = await step(auth, user, chance).catch((error: unknown) => error)
          if (refusal) return refusal
          if (++confirmed === crashAfter) crash = server.crash()
        }
      })

      for (const refusal of await Promise.all(refusals)) {
        expect(refusal).toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
      }
      await crash
      await server.restart()

      const after = await connect(client)
      for (const user of users) await expectConfirmed(after.auth, user)
      // The old client can need an attempt to notice that its connections are closed.
      await vi.waitFor(() => auth.getAllUserSessions(users[0]!.userId), { timeout: 20_000 })
      await Promise.all([end(), after.end()])
    },
  )

  /** Signs a user in or out; resolves when that was confirmed. */
  async function step(
    auth: Auth,
    { userId, begun, ended, doubtful }: Confirmed,
    chance: (below: number) => number,
  ): Promise<void> {
    const ids = [...begun.keys()]
    const choice = chance(10)
    const chosen = ids[chance(ids.length)]
    if (choice < 6 || !chosen) {
      const session = await auth.createSession({ userId })
      begun.set(session.sessionId, auth.createBearerToken(session))
      return
    }
    const isAll = choice === 9
    const ending = isAll ? ids.filter((id) => id !== chosen) : [chosen]
    for (const id of ending) doubtful.add(id)
    if (isAll) await auth.invalidateAllUserSessions(userId, { except: chosen })
    else await auth.invalidateSession(chosen)
    doubtful.clear()
    for (const id of ending) {
      ended.add(begun.get(id)!)
      begun.delete(id)
    }
  }

  async function expectConfirmed(
    auth: Auth,
    { userId, begun, ended, doubtful }: Confirmed,
  ): Promise<void> {
    for (const token of ended) {
      await expect(auth.validateSession(token)).rejects.toMatchObject({
        code: 'AUTH_INVALID_SESSION_ID',
      })
    }
    const stored = (await auth.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)
    for (const [id, token] of begun) {
      if (doubtful.has(id)) continue
      expect(stored).toContain(id)
      expect((await auth.validateSession(token)).sessionId).toBe(id)
    }
    // An unconfirmed call took effect completely or not at all.
    expect([0, doubtful.size]).toContain(stored.filter((id) => doubtful.has(id)).length)
    const unconfirmed = stored.filter((id) => !begun.has(id))
    expect(unconfirmed.length).toBeLessThanOrEqual(doubtful.size > 0 ? 0 : 1)
  }
})

/** Random whole numbers that a seed determines: the generator mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
