/** A Redis for the load script of `packages/sql`. */
import type { AnyStore, SessionRecord } from '@limen/core'
import { ROUTE_LENGTH, withPlainIds } from '@limen/core/store-kit'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { redisStore } from '../src/index.ts'
import { startRedis } from './process.ts'

/** Reads texts in one command. */
type ReadTexts = (keys: string[]) => Promise<(string | null)[]>

/** Starts a Redis that writes every change to the disk before it confirms it. */
export async function startLoadRedis() {
  const server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
  const client = new Redis({ port: server.port })
  const nodeRedis = createClient({ url: `redis://127.0.0.1:${server.port}` })
  await nodeRedis.connect()
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]

  return {
    name: `Redis ${version}`,
    /** A store of its own, empty. */
    open: (prefix: string): AnyStore<object, object> => redisStore(client, { prefix }),
    /** Each client: a store over one set of keys, and a read by hand of copies of its sessions. */
    clients: [
      {
        name: 'ioredis',
        store: redisStore(client),
        byHand: byHand((keys) => client.mget(keys)),
      },
      {
        name: 'node-redis',
        store: redisStore(nodeRedis),
        byHand: byHand((keys) => nodeRedis.mGet(keys)),
      },
    ] as const,
    /** Copies sessions for the read by hand: each session and each user is one JSON text. */
    async copy(copied: AnyStore<object, object>, ids: readonly string[]) {
      const store = withPlainIds(copied)
      for (const id of ids) {
        const { user, session } = (await store.read(id, { consistency: 'strong' }))!
        await client.mset(
          sessionKey(id),
          JSON.stringify(session),
          userKey(id),
          JSON.stringify(user),
        )
      }
    },
    async stop() {
      client.disconnect()
      nodeRedis.destroy()
      await server.close()
    },
  }
}

const sessionKey = (id: string) => `by-hand:session:${id}`
const userKey = (id: string) => `by-hand:user:${id.slice(0, ROUTE_LENGTH)}`

function byHand(readTexts: ReadTexts) {
  return async (sessionId: string) => {
    const [session, user] = await readTexts([sessionKey(sessionId), userKey(sessionId)])
    if (!session || !user) return undefined
    const { attributes } = JSON.parse(user) as { attributes: unknown }
    return { ...(JSON.parse(session) as SessionRecord<object>), user_attributes: attributes }
  }
}
