import { AuthError, limen } from '@limen/core'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, inject, it } from 'vitest'
import { type RedisProcess, startRedis } from '../test/process.ts'
import { redisStore } from './index.ts'

const VISITORS = 12
const ROUNDS = 20
const seed = Math.trunc(Math.random() * 2 ** 31)

/** Clients that reject at once while there is no connection, as those of a session store should. */
const clients = {
  async 'node-redis'(port: number) {
    const client = createClient({ socket: { port }, disableOfflineQueue: true })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
  async ioredis(port: number) {
    const client = new Redis({ port, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    return { client, close: () => client.disconnect() }
  },
}

/** The sessions of one visitor whose last change was confirmed before the crash. */
interface Confirmed {
  readonly alive: ReadonlySet<string>
  readonly revoked: ReadonlySet<string>
}

describe.skipIf(!inject('redis'))('P1, P4: Redis is killed during many sign-ins', () => {
  describe.each(Object.entries(clients))('over %s', (_name, connect) => {
    const rounds = Array.from({ length: ROUNDS }, (_, round) => seed + round)
    it.each(rounds)('P1, P4: has every confirmed change after a restart, seed %i', async (from) => {
      const random = randomFrom(from)
      const server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
      try {
        const known = await burst(server, connect, random)
        await server.restart()

        const { client, close } = await connect(server.port)
        const auth = limen({ store: redisStore(client) })
        const isValid = async (token: string) =>
          (await auth.validateToken({ token, consistency: 'strong' })).valid
        let checked = 0
        for (const { alive, revoked } of known) {
          for (const token of alive) expect(await isValid(token), 'a confirmed sign-in').toBe(true)
          for (const token of revoked)
            expect(await isValid(token), 'a confirmed revocation').toBe(false)
          checked += alive.size + revoked.size
        }
        expect(checked).toBeGreaterThan(VISITORS)
        close()
      } finally {
        await server.close()
      }
    })
  })
})

/** Signs visitors in and out until the server is killed. */
async function burst(
  server: RedisProcess,
  connect: (typeof clients)[keyof typeof clients],
  random: () => number,
): Promise<readonly Confirmed[]> {
  const { client, close } = await connect(server.port)
  const auth = limen({ store: redisStore(client) })
  let untilKilled = VISITORS * 2 + Math.floor(random() * 400)
  let killed: Promise<void> | undefined
  const confirmed = () => {
    if (--untilKilled === 0) killed = server.kill()
  }

  const visitor = async (): Promise<Confirmed> => {
    const alive = new Map<string, string>()
    const revoked = new Set<string>()
    const { userId } = await auth.createUser({})
    try {
      for (;;) {
        const [token, sessionId] = [...alive][Math.floor(random() * alive.size)] ?? []
        const choice = random()
        if (!token || !sessionId || choice < 0.6) {
          const session = await auth.createSession({ userId })
          alive.set(auth.createBearerToken(session), session.sessionId)
        } else {
          const isOne = choice < 0.8
          const isExcepting = choice < 0.9
          const revoking = [...alive.keys()].filter((each) =>
            isOne ? each === token : !isExcepting || each !== token,
          )
          // Until it is confirmed, they may exist or not.
          for (const each of revoking) alive.delete(each)
          if (isOne) await auth.invalidateSession(sessionId)
          else if (isExcepting) await auth.invalidateAllUserSessions(userId, { except: sessionId })
          else await auth.invalidateAllUserSessions(userId)
          for (const each of revoking) revoked.add(each)
        }
        confirmed()
      }
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'AUTH_STORE_UNAVAILABLE') throw error
    }
    return { alive: new Set(alive.keys()), revoked }
  }

  const known = await Promise.all(Array.from({ length: VISITORS }, visitor))
  await killed
  close()
  return known
}

/** Numbers from 0 to 1, the same ones from the same seed. */
function randomFrom(from: number): () => number {
  let state = from
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
