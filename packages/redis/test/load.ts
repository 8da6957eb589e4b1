/** A Redis for the load script of `packages/sql`. */
import { Redis } from 'ioredis'
import { redisStore } from '../src/index.ts'
import { startRedis } from './process.ts'

/** Starts a Redis that writes every change to the disk before it confirms it. */
export async function startLoadRedis() {
  const server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
  const client = new Redis({ port: server.port })
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]
  return {
    name: `Redis ${version}`,
    /** A store of its own, empty. */
    open: (prefix: string) => redisStore(client, { prefix }),
    async stop() {
      client.disconnect()
      await server.close()
    },
  }
}
