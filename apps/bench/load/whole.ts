/** Measures whole apps side by side: a name and a passphrase, and one page behind a session. */
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { serve } from '@limen/test-servers'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'
import { openPool } from '../postgres/clients.ts'
import { COMPATIBILITY_DATE } from '../src/runtimes.ts'
import { type Spread, medianOf, spreadOf } from '../src/statistics.ts'
import { forged } from '../src/subject.ts'
import { FLAGS, WORKER, bundleWhole } from '../whole/bundle.ts'
import { createTables, d1Statements } from '../whole/schema.ts'
import { ownLines, wholeApps } from '../whole/subjects.ts'
import { newDatabase } from './postgres.ts'
import { type LoadedPage, type Throughput, inTurns } from './turns.ts'

/** What one authenticated page costs the database. */
export interface PageCosts {
  readonly calls: number
  readonly rowsRead: number
  readonly rowsWritten: number
}

/** One app on one platform. */
export interface WholeResult {
  readonly app: string
  readonly turns: readonly Throughput[]
  readonly costs: PageCosts
  /** Milliseconds until an anonymous page was answered by a fresh isolate or process. */
  readonly cold: Spread
  /** Lines of the app's own. */
  readonly lines: number
  /** Bytes of the Worker, minified and with gzip. */
  readonly gzip?: number
}

export interface WholeResults {
  readonly connections: number
  readonly visitors: number
  readonly workers: readonly WholeResult[]
  /** Or why PostgreSQL did not start. */
  readonly node: readonly WholeResult[] | string
}

interface Effort {
  readonly rounds: number
  readonly seconds: number
}

const CONNECTIONS = 16
const VISITORS = 20
const COLD_STARTS = 11

/** Measures all apps on both platforms. */
export async function loadWhole(effort: Effort): Promise<WholeResults> {
  const workers = await onWorkers(effort)
  return { connections: CONNECTIONS, visitors: VISITORS, workers, node: await onNode(effort) }
}

async function onWorkers(effort: Effort): Promise<WholeResult[]> {
  await using stack = new AsyncDisposableStack()
  const pages: LoadedPage[] = []
  const costs: PageCosts[] = []
  for (const app of wholeApps) {
    const { url, cpu } = stack.use(await startWorker(app.folder))
    pages.push({ url, cpu, cookies: await visitorsOf(url) })
    costs.push(await costsOnD1(app.folder))
  }
  const turns = await inTurns(pages, { ...effort, connections: CONNECTIONS })
  const cold = await coldIsolates()
  return Promise.all(
    wholeApps.map(async (app, n) => ({
      app: app.name,
      turns: turns[n]!,
      costs: costs[n]!,
      cold: cold[n]!,
      lines: ownLines(app, 'workers'),
      gzip: gzipSync(await bundleWhole(app.folder, WORKER, 'real', true), { level: 9 }).length,
    })),
  )
}

async function onNode(effort: Effort): Promise<WholeResult[] | string> {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return postgres
  await using stack = new AsyncDisposableStack()
  stack.defer(() => postgres.stop())
  const pages: LoadedPage[] = []
  const costs: PageCosts[] = []
  for (const { folder } of wholeApps) {
    const name = folder.replace('-', '_')
    costs.push(
      await costsOnPostgres(
        folder,
        await preparedDatabase(postgres.url, `${name}_counted`, folder),
      ),
    )
    const running = stack.use(
      await startNode(folder, await preparedDatabase(postgres.url, name, folder)),
    )
    const { url, cpu } = running
    pages.push({ url, cpu, cookies: await visitorsOf(url) })
  }
  const turns = await inTurns(pages, { ...effort, connections: CONNECTIONS })
  const cold = await coldProcesses(postgres.url)
  return wholeApps.map((app, n) => ({
    app: app.name,
    turns: turns[n]!,
    costs: costs[n]!,
    cold: cold[n]!,
    lines: ownLines(app, 'node'),
  }))
}

interface Running extends AsyncDisposable {
  readonly url: string
  readonly cpu: () => number
}

/** Starts an app in workerd, over a D1 of its own. */
export function startWorker(folder: string, isCounted = false): Promise<Running> {
  return startProgram('serve-worker', (port) => [folder, port, ...(isCounted ? ['counted'] : [])])
}

/** Starts an app in a process of Node. */
export function startNode(
  folder: string,
  databaseUrl: string,
  isCounted = false,
): Promise<Running> {
  const argsOf = (port: string) => [folder, databaseUrl, port, ...(isCounted ? ['counted'] : [])]
  return startProgram('serve', argsOf)
}

async function startProgram(
  name: string,
  argsOf: (port: string) => readonly string[],
): Promise<Running> {
  const file = fileURLToPath(new URL(`../whole/${name}.ts`, import.meta.url))
  const env = { NODE_ENV: 'production' }
  const server = await serve(process.execPath, (port) => [file, ...argsOf(String(port))], {
    cwd: tmpdir(),
    env,
  })
  const pid = Number(/^pid (\d+)$/m.exec(server.log())?.[1])
  return { ...server, url: `http://127.0.0.1:${server.port}/`, cpu: () => processorTimeOf(pid) }
}

/** The processor time of a process and those that it started, in milliseconds. Linux reports it. */
function processorTimeOf(pid: number): number {
  const text = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
  // After the name of the program, which can contain spaces: the user's and the system's ticks of 10 ms.
  const fields = text('stat')
    .replace(/^.*\) /, '')
    .split(' ')
  const children = text(`task/${pid}/children`).trim().split(' ').filter(Boolean)
  const own = (Number(fields[11]) + Number(fields[12])) * 10
  return children.reduce((sum, child) => sum + processorTimeOf(Number(child)), own)
}

/** Signs a new visitor up, and returns the cookies. */
export async function signUp(url: string, name: string): Promise<string> {
  const response = await fetch(`${url}sign-up`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Sec-Fetch-Site': 'same-origin', Origin: new URL(url).origin },
    body: new URLSearchParams({ name, passphrase: 'correct horse battery' }),
  })
  const text = await response.text()
  if (response.status >= 400) throw new Error(`${url}sign-up: ${response.status} ${text}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ')
}

/**
 * Checks the page for a signed-in visitor, for an anonymous visitor, and for a changed cookie.
 *
 * @throws {Error} When a response is wrong.
 */
export async function checkWhole(url: string, name: string, cookie: string): Promise<void> {
  for (const [sent, status, text] of [
    [cookie, 200, `<h1>Hello, ${name}</h1>`],
    ['', 401, ''],
    [forged(cookie), 401, ''],
  ] as const) {
    const response = await fetch(url, { headers: { Cookie: sent } })
    const body = await response.text()
    if (response.status !== status || !body.includes(text)) {
      throw new Error(`${url} with “${sent}”: ${response.status} ${body}`)
    }
  }
}

async function visitorsOf(url: string): Promise<string[]> {
  const cookies: string[] = []
  for (let n = 0; n < VISITORS; n++) {
    const cookie = await signUp(url, `visitor${n}`)
    await checkWhole(url, `visitor${n}`, cookie)
    cookies.push(cookie)
  }
  return cookies
}

/** What a page costs D1, counted by a Worker whose binding counts. */
export async function costsOnD1(folder: string): Promise<PageCosts> {
  await using running = await startWorker(folder, true)
  return await costsOf(running.url)
}

/** What a page costs PostgreSQL, counted in the app's own client. */
export async function costsOnPostgres(folder: string, databaseUrl: string): Promise<PageCosts> {
  await using running = await startNode(folder, databaseUrl, true)
  return await costsOf(running.url)
}

/** A database with the tables of an app. */
export async function preparedDatabase(
  serverUrl: string,
  name: string,
  folder: string,
): Promise<string> {
  const url = await newDatabase(serverUrl, name)
  const pool = openPool(url)
  await createTables(folder, pool)
  await pool.end()
  return url
}

async function costsOf(url: string): Promise<PageCosts> {
  const cookie = await signUp(url, 'Ada')
  await checkWhole(url, 'Ada', cookie)
  const counts = async () => (await (await fetch(`${url}counts`)).json()) as PageCosts
  await counts()
  await (await fetch(url, { headers: { Cookie: cookie } })).text()
  return counts()
}

/** Milliseconds until a fresh isolate has answered an anonymous visitor, without the time of an empty one. */
async function coldIsolates(): Promise<Spread[]> {
  const workers: Record<string, string> = {
    empty: 'export default { fetch: () => new Response() }',
  }
  const statements: string[] = []
  for (const [n, { folder }] of wholeApps.entries()) {
    workers[n] = await bundleWhole(folder, WORKER, 'remote', true)
    // better-auth reads the schema at its first request.
    if (folder === 'better-auth') statements.push(...(await d1Statements(folder)))
  }
  const flare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'bench',
      modules: true,
      compatibilityDate: COMPATIBILITY_DATE,
      workerLoaders: { LOADER: {} },
      serviceBindings: { DATABASE: 'bench' },
      d1Databases: ['DB'],
      script: `
        const workers = ${JSON.stringify(workers)}
        let started = 0
        export default {
          async fetch(request, { LOADER, DATABASE, DB }) {
            const { pathname, searchParams } = new URL(request.url)
            if (pathname === '/database') {
              const statements = await request.json()
              const bound = statements.map(({ sql, values }) => DB.prepare(sql).bind(...values))
              return Response.json(await DB.batch(bound))
            }
            const worker = LOADER.get(String(started++), () => ({
              compatibilityDate: '${COMPATIBILITY_DATE}',
              compatibilityFlags: ${JSON.stringify(FLAGS)},
              mainModule: 'main.js',
              modules: { 'main.js': workers[searchParams.get('name')] },
              env: { DATABASE },
            }))
            return worker.getEntrypoint().fetch('https://app.example/')
          },
        }`,
      cf: false,
    }),
  )
  try {
    const body = JSON.stringify(statements.map((sql) => ({ sql, values: [] })))
    await (await flare.dispatchFetch('http://bench/database', { method: 'POST', body })).text()
    const time = async (name: string | number, status: number) => {
      const start = performance.now()
      const response = await flare.dispatchFetch(`http://bench/?name=${name}`)
      const text = await response.text()
      if (response.status !== status) throw new Error(`${name}: ${response.status} ${text}`)
      return performance.now() - start
    }
    const empty: number[] = []
    const times = await inRandomOrder(async (n) => {
      empty.push(await time('empty', 200))
      return time(n, 401)
    })
    const least = medianOf(empty)
    return times.map((all) => spreadOf(all.map((one) => one - least)))
  } finally {
    await flare.dispose()
  }
}

/** Milliseconds until a fresh process has answered an anonymous visitor. */
async function coldProcesses(serverUrl: string): Promise<Spread[]> {
  const databases: string[] = []
  for (const { folder } of wholeApps) {
    const name = `${folder.replace('-', '_')}_cold`
    databases.push(await preparedDatabase(serverUrl, name, folder))
  }
  const times = await inRandomOrder(async (n) => {
    const start = performance.now()
    await using running = await startNode(wholeApps[n]!.folder, databases[n]!)
    const response = await fetch(running.url)
    await response.text()
    const { status } = response
    if (status !== 401) throw new Error(`${wholeApps[n]!.folder}: ${status}`)
    return performance.now() - start
  })
  return times.map(spreadOf)
}

/** Starts each app in each round; the first round fills the caches of the file system. */
async function inRandomOrder(start: (n: number) => Promise<number>): Promise<number[][]> {
  const times = wholeApps.map((): number[] => [])
  for (let round = 0; round <= COLD_STARTS; round++) {
    for (const n of [...times.keys()].toSorted(() => Math.random() - 0.5)) {
      const time = await start(n)
      if (round > 0) times[n]!.push(time)
    }
  }
  return times
}
