/** Runs once before the tests: one Redis, and a cluster of three, where `redis-server` is installed. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { type RedisProcess, freePort, startRedis } from './process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** How many histories `pnpm soak` runs on every store, in place of the number in its test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
    /** The ports of the servers; `null` where there is no Redis. */
    redis: { readonly port: number; readonly cluster: readonly number[] } | null
    leftOut: readonly string[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers: RedisProcess[] = []
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()))
  }
  if (!(await isInstalled())) {
    project.provide('redis', null)
    project.provide('leftOut', ['Redis (redis-server is not installed)'])
    return close
  }
  try {
    const single = await startRedis()
    servers.push(single)
    const nodes: Node[] = []
    for (let node = 0; node < 3; node++) {
      const bus = await freePort()
      const server = await startRedis({ 'cluster-enabled': 'yes', 'cluster-port': String(bus) })
      servers.push(server)
      nodes.push({ port: server.port, bus })
    }
    await join(nodes)
    project.provide('redis', { port: single.port, cluster: nodes.map(({ port }) => port) })
    project.provide('leftOut', [])
  } catch (error) {
    await close()
    throw error
  }
  return close
}

async function isInstalled(): Promise<boolean> {
  const isThere = await promisify(execFile)('redis-server', ['--version']).catch(() => null)
  return isThere !== null
}

/** A node of the cluster: its ports for clients and for the other nodes. */
interface Node {
  readonly port: number
  readonly bus: number
}

/** Joins servers to one cluster, each with its share of the slots. */
async function join(servers: readonly Node[]): Promise<void> {
  const nodes = servers.map(({ port }) => new Redis({ port }))
  try {
    const share = Math.ceil(16384 / nodes.length)
    for (const [i, node] of nodes.entries()) {
      const last = Math.min(16383, (i + 1) * share - 1)
      await node.call('CLUSTER', 'ADDSLOTSRANGE', i * share, last)
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    }
    for (const { port, bus } of servers) {
      await nodes[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port, bus)
    }
    for (const node of nodes) {
      while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  } finally {
    for (const node of nodes) node.disconnect()
  }
}
