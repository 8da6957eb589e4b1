/** Starts the app on both runtimes, a recording proxy in front of each, and one Chromium, before all tests. */
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { denoBinary, serve } from '@limen/test-servers'
import { certificateFor, chromiumOptions } from './browser.ts'
import { type Entry, startRecordingProxy } from './recording-proxy.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One runtime's app, and the ports by which the browser reaches it. */
export interface Deployment {
  readonly runtime: 'Workers' | 'Deno'
  readonly httpsPort: number
  readonly httpPort: number
  /** The port at which the same app is also `http://localhost`. */
  readonly localhostPort: number
}

/** What the tests receive. */
export interface Lab {
  /** The WebSocket endpoint of Chromium. */
  readonly browser: string
  readonly deployments: readonly Deployment[]
}

declare module 'vitest' {
  interface ProvidedContext {
    lab: Lab
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using stack = new AsyncDisposableStack()
  project.provide('lab', await start(stack))
  const started = stack.move()
  return () => started.disposeAsync()
}

async function start(stack: AsyncDisposableStack): Promise<Lab> {
  const [workers, deno] = await Promise.all([startWorkers(stack), startDeno(stack)])
  const hosts = ['app.limen.test', 'api.limen.test', 'evil.limen.test', 'other.test']
  const tls = await certificateFor(hosts)
  const rules: string[] = []
  const deployments: Deployment[] = []
  for (const { runtime, upstream, httpsPort, httpPort } of [
    { runtime: 'Workers', upstream: workers, httpsPort: 443, httpPort: 80 },
    { runtime: 'Deno', upstream: deno, httpsPort: 8443, httpPort: 8080 },
  ] as const) {
    const journal: Entry[] = []
    const secure = stack.use(await startRecordingProxy({ upstream, journal, tls }))
    const plain = stack.use(await startRecordingProxy({ upstream, journal }))
    rules.push(`MAP *.test:${httpsPort} 127.0.0.1:${secure.port}`)
    rules.push(`MAP *.test:${httpPort} 127.0.0.1:${plain.port}`)
    deployments.push({ runtime, httpsPort, httpPort, localhostPort: plain.port })
  }
  const browser = await chromium.launchServer(await chromiumOptions(tls, rules))
  stack.defer(() => browser.close())
  return { browser: browser.wsEndpoint(), deployments }
}

/** Starts the Worker in workerd itself, because `wrangler dev` rewrites `Origin`. */
async function startWorkers(stack: AsyncDisposableStack): Promise<number> {
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
  stack.defer(() => miniflare.dispose())
  const db = await miniflare.getD1Database('DB')
  const folder = at('../node_modules/@limen/workers/migrations/')
  for (const file of (await readdir(folder)).toSorted()) {
    for (const statement of (await readFile(folder + file, 'utf8')).split(';\n')) {
      if (statement.trim()) await db.prepare(statement).run()
    }
  }
  return Number((await miniflare.unsafeGetDirectURL()).port)
}

async function startDeno(stack: AsyncDisposableStack): Promise<number> {
  const args = ['run', '--cached-only', '--no-prompt', '--allow-net', 'src/deno.ts']
  const server = stack.use(await serve(denoBinary(), () => args, { cwd: at('..') }))
  return server.port
}
