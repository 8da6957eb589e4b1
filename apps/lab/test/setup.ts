/** Runs once before all tests: the app on both runtimes, a door before each, and one Chromium. */
import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate, createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { chromium } from 'playwright-core'
import { generate } from 'selfsigned'
import type { TestProject } from 'vitest/node'
import { findChromium } from '@limen/chromium'
import { type Entry, openDoor } from './door.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Where the app runs, and by which ports a browser reaches it. */
export interface Place {
  readonly runtime: 'Workers' | 'Deno'
  /** As URLs say it: empty, or `:8443`. */
  readonly https: string
  readonly http: string
  /** The port on which the same app is also `http://localhost`. */
  readonly localhost: number
}

/** The laboratory, as the tests find it. */
export interface LabAddress {
  readonly browser: string
  readonly places: readonly Place[]
}

declare module 'vitest' {
  interface ProvidedContext {
    lab: LabAddress
  }
}

/** What to do at the end, in reverse. */
type Closers = (() => Promise<unknown>)[]

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const closers: Closers = []
  const close = async () => {
    for (const closer of closers.toReversed()) await closer()
  }
  try {
    project.provide('lab', await start(closers))
    return close
  } catch (error) {
    await close()
    throw error
  }
}

async function start(closers: Closers): Promise<LabAddress> {
  const [workers, deno] = await Promise.all([startWorkers(closers), startDeno(closers)])
  const hosts = ['app.limen.test', 'api.limen.test', 'evil.limen.test', 'other.test']
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'limen.test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) }],
  })
  const rules: string[] = []
  const places: Place[] = []
  const runtimes = [
    { runtime: 'Workers', backend: workers, https: 443, http: 80 },
    { runtime: 'Deno', backend: deno, https: 8443, http: 8080 },
  ] as const
  for (const { runtime, backend, https, http } of runtimes) {
    const journal: Entry[] = []
    const secure = await openDoor({ backend, journal, tls: { key, cert } })
    const plain = await openDoor({ backend, journal })
    closers.push(secure.close, plain.close)
    rules.push(`MAP *.test:${https} 127.0.0.1:${secure.port}`)
    rules.push(`MAP *.test:${http} 127.0.0.1:${plain.port}`)
    places.push({
      runtime,
      https: https === 443 ? '' : `:${https}`,
      http: http === 80 ? '' : `:${http}`,
      localhost: plain.port,
    })
  }

  const { executablePath, env } = await findChromium()
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  const browser = await chromium.launchServer({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: [
      '--no-sandbox',
      `--host-resolver-rules=${rules.join(',')}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
    ],
  })
  closers.push(() => browser.close())
  return { browser: browser.wsEndpoint(), places }
}

/** Starts the Worker in workerd itself: `wrangler dev` rewrites `Origin` on its way in. */
async function startWorkers(closers: Closers): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [at('../src/worker.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]!.text,
      compatibilityDate: '2026-11-01',
      d1Databases: ['DB'],
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  )
  closers.push(() => miniflare.dispose())
  const db = await miniflare.getD1Database('DB')
  const folder = at('../node_modules/@limen/workers/migrations/')
  for (const file of (await readdir(folder)).toSorted()) {
    for (const statement of (await readFile(folder + file, 'utf8')).split(';\n')) {
      if (statement.trim()) await db.prepare(statement).run()
    }
  }
  return Number((await miniflare.unsafeGetDirectURL()).port)
}

async function startDeno(closers: Closers): Promise<number> {
  // The npm package's own command is a Node wrapper that leaves Deno behind when it is stopped.
  const { runInstall } = createRequire(import.meta.url)('deno/install_api.cjs') as {
    runInstall: () => string
  }
  const child = spawn(
    runInstall(),
    ['run', '--cached-only', '--no-prompt', '--allow-net=127.0.0.1', 'src/deno.ts'],
    {
      cwd: at('..'),
      env: { PATH: process.env['PATH'], NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  closers.push(async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit')
  })
  return portOf(child)
}

async function portOf(child: ChildProcess): Promise<number> {
  let log = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (text: Buffer) => (log += text.toString()))
  }
  for (;;) {
    const port = /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]
    if (port) return Number(port)
    if (child.exitCode !== null || child.killed) throw new Error(`Deno ended:\n${log}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
