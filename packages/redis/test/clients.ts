/** Every client that the store accepts, connected to the servers of this run. */
import { Redis as Upstash } from '@upstash/redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { inject } from 'vitest'
import type { RedisClient } from '../src/index.ts'
import { startUpstash } from './upstash.ts'

/** A client, and how to close it. */
interface Connected {
  readonly client: RedisClient
  readonly close: () => unknown
}

/** One kind of client. */
export interface ClientKind {
  readonly name: string
  /** Connects to a server, by default to the one of this run. */
  readonly connect: (port?: number) => Promise<Connected>
}

const run = inject('redis') ?? { port: 0, cluster: [] }

/** The kinds that connect to one server. */
export const clients: readonly ClientKind[] = [
  {
    name: 'node-redis',
    async connect(port = run.port) {
      const client = await createClient({ socket: { port } }).connect()
      return { client, close: () => client.destroy() }
    },
  },
  {
    name: 'node-redis, a pool',
    async connect(port = run.port) {
      const client = createClientPool({ socket: { port } })
      await client.connect()
      return { client, close: () => client.destroy() }
    },
  },
  {
    name: 'ioredis',
    async connect(port = run.port) {
      const client = new Redis({ port })
      return { client, close: () => client.disconnect() }
    },
  },
  {
    name: 'Upstash REST',
    async connect(port = run.port) {
      const endpoint = await startUpstash(port)
      const client = new Upstash({ url: endpoint.url, token: endpoint.token })
      return { client, close: () => endpoint.close() }
    },
  },
]

/** The kinds that connect to the cluster of this run. */
export const clusterClients: readonly ClientKind[] = [
  {
    name: 'node-redis, a cluster',
    async connect() {
      const rootNodes = run.cluster.map((node) => ({ socket: { port: node } }))
      const client = await createCluster({ rootNodes }).connect()
      return { client, close: () => client.destroy() }
    },
  },
  {
    name: 'ioredis, a cluster',
    async connect() {
      const client = new Cluster(run.cluster.map((node) => ({ port: node, host: '127.0.0.1' })))
      return { client, close: () => client.disconnect() }
    },
  },
]
