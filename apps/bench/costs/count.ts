/** Counts on all stores: in workerd, in Deno, on Redis and on PostgreSQL. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type UpstashRedis, redisStore } from '@limen/redis'
import { type SqlDriver, migrate, pg, sqlStore } from '@limen/sql'
import { denoBinary, run, serve } from '@limen/test-servers'
import { execa } from 'execa'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'
import { openPool } from '../postgres/clients.ts'
import { bundle } from '../src/bundle.ts'
import { COMPATIBILITY_DATE, DENO_OPTIONS } from '../src/runtimes.ts'
import { type Counted, countOperations, counter } from './operations.ts'

/** The counts of all stores. */
export interface AllCounts {
  readonly d1: Counted
  readonly kv: Counted
  readonly objects: Counted
  readonly deno: Counted
  readonly redis: Counted
  readonly postgres: Counted
}

const migration = new URL(
  '../node_modules/@limen/workers/migrations/0001_limen.sql',
  import.meta.url,
)

/** Counts on D1, Workers KV and Durable Objects. */
export async function countOnWorkers(): Promise<Pick<AllCounts, 'd1' | 'kv' | 'objects'>> {
  const lines = `
    import counting from './costs/count-worker.ts'
    export { Sessions } from './costs/count-worker.ts'
    export default {
      async fetch(request, env) {
        const statements = env.MIGRATION.split(';\\n').filter((sql) => sql.trim())
        await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))
        return counting.fetch()
      },
    }`
  const { code } = await bundle(lines, true, { leftOut: ['cloudflare:workers'] })
  const flare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: code,
      compatibilityDate: COMPATIBILITY_DATE,
      cf: false,
      d1Databases: ['DB'],
      kvNamespaces: ['KV'],
      durableObjects: { SESSIONS: { className: 'Sessions', useSQLite: true } },
      bindings: { MIGRATION: await readFile(migration, 'utf8') },
    }),
  )
  try {
    const response = await flare.dispatchFetch('http://costs/')
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as Pick<AllCounts, 'd1' | 'kv' | 'objects'>
  } finally {
    await flare.dispose()
  }
}

/** Counts on Deno KV. */
export async function countOnDeno(): Promise<Counted> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const { code } = await bundle("import './costs/count-deno.ts'", false)
    const script = join(folder, 'count.mjs')
    await writeFile(script, code)
    const args = ['run', ...DENO_OPTIONS, '--allow-env', '--unstable-kv', script]
    return JSON.parse(await run(denoBinary(), args, { cwd: folder })) as Counted
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Counts on Redis: the commands that a client sends, and the commands inside their scripts. */
export async function countOnRedis(): Promise<Counted> {
  await using server = await serve('redis-server', (port) => {
    return ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  })
  const cli = async (...args: string[]) => {
    // An error of Redis is in its output, too.
    const options = { reject: false, all: true } as const
    return (await execa('redis-cli', ['-p', String(server.port), ...args], options)).all
  }
  const send = async (command: string, script: string, keys: string[], args: string[]) => {
    const reply = await cli(command, script, String(keys.length), ...keys, ...args)
    if (/^(NOSCRIPT|ERR) /.test(reply)) throw new Error(reply)
    return reply
  }
  const client: UpstashRedis = {
    eval: (script, keys, args) => send('EVAL', script, keys, args),
    evalsha: (sha1, keys, args) => send('EVALSHA', sha1, keys, args),
  }
  return await countOperations(redisStore(client), async () => {
    const stats = await cli('INFO', 'commandstats')
    await cli('CONFIG', 'RESETSTAT')
    const counts = { commands: 0, commandsInScripts: 0 }
    for (const [, name = '', calls = '0'] of stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)) {
      if (name.startsWith('eval')) counts.commands += Number(calls)
      else if (!/^(info|config|command|hello|client)/.test(name)) {
        counts.commandsInScripts += Number(calls)
      }
    }
    return counts
  })
}

/** Counts on PostgreSQL: the statements and the rows that they return. */
export async function countOnPostgres(): Promise<Counted> {
  const postgres = await startPostgres({ isDurable: false })
  if (typeof postgres === 'string') throw new Error(postgres)
  const pool = openPool(postgres.url)
  try {
    const driver = pg(pool)
    await migrate(driver)
    const { add, taken } = counter()
    const counting: SqlDriver = {
      ...driver,
      query(...args) {
        add('statements')
        return driver.query(...args)
      },
      change(...args) {
        add('statements')
        return driver.change(...args)
      },
      transaction(statements) {
        add('statements', statements.length)
        return driver.transaction(statements)
      },
    }
    return await countOperations(sqlStore(counting), taken)
  } finally {
    await pool.end()
    await postgres.stop()
  }
}

/** Counts on all of them. */
export async function countAll(): Promise<AllCounts> {
  return {
    ...(await countOnWorkers()),
    deno: await countOnDeno(),
    redis: await countOnRedis(),
    postgres: await countOnPostgres(),
  }
}
