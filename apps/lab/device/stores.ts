/** Every store that can have bound sessions, each on an engine of its own. */
import { readFile, readdir } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { AnyStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { redisStore } from '@limen/redis'
import { type SqlLayout, migrate, nodeSqlite, pg, sqlStore } from '@limen/sql'
import { d1Store, durableObjectStore } from '@limen/workers'
import { build } from 'esbuild'
import { Redis } from 'ioredis'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { Pool } from 'pg'
import { startRedis } from '../../../packages/redis/test/process.ts'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A layout with a column for each attribute, so that the key of the device needs one, too. */
const COLUMNS: SqlLayout<object, { readonly deviceKey?: string }> = {
  session: { table: 'session', columns: { deviceKey: { type: 'text', optional: true } } },
}

/** Opens a store. `null`: its engine is not installed. */
export type OpenStore = (stack: AsyncDisposableStack) => Promise<AnyStore<object, object> | null>

/** The stores by the names of their engines. */
export const stores: Readonly<Record<string, OpenStore>> = {
  memory: async () => memoryStore(),
  'SQLite, attributes as JSON': async () => sqlStore(await migrated(new DatabaseSync(':memory:'))),
  'SQLite, attributes in columns': async () => {
    const driver = await migrated(new DatabaseSync(':memory:'), COLUMNS)
    return sqlStore(driver, COLUMNS)
  },
  async PostgreSQL(stack) {
    const server = await startPostgres({ isDurable: false })
    if (typeof server === 'string') return null
    stack.defer(() => server.stop())
    const pool = new Pool({ connectionString: server.url })
    // The server stops while connections are being closed.
    pool.on('connect', (client) => client.on('error', () => {}))
    pool.on('error', () => {})
    stack.defer(() => pool.end())
    await migrate(pg(pool))
    return sqlStore(pg(pool))
  },
  async D1(stack) {
    const { miniflare } = await startMiniflare(stack)
    const db = await miniflare.getD1Database('DB')
    const folder = at('../node_modules/@limen/workers/migrations/')
    for (const file of (await readdir(folder)).toSorted()) {
      for (const statement of (await readFile(folder + file, 'utf8')).split(';\n')) {
        if (statement.trim()) await db.prepare(statement).run()
      }
    }
    return d1Store(db)
  },
  async 'Durable Objects'(stack) {
    const { miniflare } = await startMiniflare(stack)
    return durableObjectStore((await miniflare.getDurableObjectNamespace('SESSIONS')) as never)
  },
  async Redis(stack) {
    const server = await startRedis().catch(() => null)
    if (!server) return null
    stack.defer(() => server.close())
    const client = new Redis(server.port)
    stack.defer(() => client.disconnect())
    return redisStore(client)
  },
}

async function migrated(db: DatabaseSync, layout?: SqlLayout<object, object>) {
  const driver = nodeSqlite(db)
  await migrate(driver, layout)
  return driver
}

async function startMiniflare(stack: AsyncDisposableStack): Promise<{ miniflare: Miniflare }> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { LimenSessions } from '@limen/workers/durable-object'
        export default { fetch: () => new Response() }`,
      resolveDir: at('..'),
    },
    bundle: true,
    format: 'esm',
    write: false,
    external: ['cloudflare:workers'],
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]!.text,
      compatibilityDate: '2026-11-01',
      d1Databases: ['DB'],
      durableObjects: { SESSIONS: { className: 'LimenSessions', useSQLite: true } },
      cf: false,
    }),
  )
  stack.defer(() => miniflare.dispose())
  return { miniflare }
}
