/** Compares `store.read` with a read by hand, in workerd and in Deno. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import type { Comparison } from '../../../packages/sql/test/load-compare.ts'
import { denoBinary, run } from '@limen/test-servers'
import { bundle } from '../src/bundle.ts'
import { COMPATIBILITY_DATE } from '../src/runtimes.ts'
import { denoOptions } from './deno-notes.ts'

/** The result of one client. */
export interface ComparedClient extends Comparison {
  readonly name: string
}

const migration = new URL(
  '../node_modules/@limen/workers/migrations/0001_limen.sql',
  import.meta.url,
)

/** Compares D1 and Durable Objects in a Worker, with that many sessions in each. */
export async function workerReads(sessions: number): Promise<ComparedClient[]> {
  const { code } = await bundle(
    `export * from './load/reads-worker.ts'
    export { default } from './load/reads-worker.ts'`,
    true,
    { leftOut: ['cloudflare:workers'] },
  )
  const flare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: code,
      compatibilityDate: COMPATIBILITY_DATE,
      cf: false,
      d1Databases: ['DB'],
      durableObjects: { SESSIONS: { className: 'Sessions', useSQLite: true } },
      bindings: { MIGRATION: await readFile(migration, 'utf8'), COUNT: sessions },
    }),
  )
  try {
    const all: ComparedClient[] = []
    for (const name of ['D1', 'Durable Objects']) {
      const response = await flare.dispatchFetch(`http://reads/${name}`)
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`)
      all.push({ name: `${name} (workerd)`, ...((await response.json()) as Comparison) })
    }
    return all
  } finally {
    await flare.dispose()
  }
}

/** Compares Deno KV in a file with that many sessions. Returns the reason where there is no Deno. */
export async function denoReads(sessions: number): Promise<ComparedClient[] | string> {
  let deno: string
  try {
    deno = denoBinary()
  } catch (error) {
    return `Deno KV (${(error as Error).message})`
  }
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const { code } = await bundle("import './load/reads-deno.ts'", false)
    const script = join(folder, 'reads.mjs')
    await writeFile(script, code)
    const args = ['run', '-A', ...denoOptions, script, join(folder, 'kv'), String(sessions)]
    const comparison = JSON.parse(await run(deno, args, { cwd: folder })) as Comparison
    return [{ name: 'Deno KV (Deno)', ...comparison }]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
