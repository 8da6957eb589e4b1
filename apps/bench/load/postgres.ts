/** Loads a whole app on PostgreSQL: one page for a signed-in visitor, by each session library. */
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { serve } from '@limen/test-servers'
import { Client } from 'pg'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'
import { type FoundPage, greeting } from '../postgres/page.ts'
import { forged } from '../src/subject.ts'
import { type LoadedPage, type Throughput, inTurns } from './turns.ts'

/** The result of all pages. */
export interface PagesResult {
  /** The version of PostgreSQL. */
  readonly version: string
  readonly connections: number
  readonly pages: readonly { readonly page: string; readonly turns: readonly Throughput[] }[]
}

const CONNECTIONS = 32
const VISITORS = 500
/** How many visitors sign in at the same time. */
const TOGETHER = 10

const program = fileURLToPath(new URL('../postgres/serve.ts', import.meta.url))

/** A page that runs. */
interface RunningPage extends AsyncDisposable {
  readonly url: string
}

/**
 * Loads all pages in turn, each in a process of its own, over one PostgreSQL.
 *
 * @returns The result, or the reason why PostgreSQL does not start.
 */
export async function loadPages(
  found: readonly FoundPage[],
  pressure: { readonly rounds: number; readonly seconds: number },
): Promise<PagesResult | string> {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return postgres
  await using stack = new AsyncDisposableStack()
  stack.defer(() => postgres.stop())
  const all: LoadedPage[] = []
  for (const [n, page] of found.entries()) {
    const running = stack.use(await startPage(page, await newDatabase(postgres.url, `page_${n}`)))
    all.push({ url: running.url, cookies: await visitorsOf(running) })
  }
  const turns = await inTurns(all, { ...pressure, connections: CONNECTIONS })
  return {
    version: await queryValue(postgres.url, 'show server_version'),
    connections: CONNECTIONS,
    pages: found.map(({ name }, n) => ({ page: name, turns: turns[n]! })),
  }
}

/** Starts a page over an empty database. */
export async function startPage(
  { file, as }: FoundPage,
  databaseUrl: string,
): Promise<RunningPage> {
  const server = await serve(
    process.execPath,
    (port) => [program, file, as, databaseUrl, String(port)],
    { cwd: tmpdir(), env: { NODE_ENV: 'production' } },
  )
  return { ...server, url: `http://127.0.0.1:${server.port}/` }
}

/** Creates an empty database, and returns its URL. */
export async function newDatabase(serverUrl: string, name: string): Promise<string> {
  await queryValue(serverUrl, `create database ${name}`)
  return new URL(name, serverUrl).href
}

/** Signs a new visitor in, and returns the cookies. */
export async function signIn({ url }: RunningPage, name: string): Promise<string> {
  const response = await fetch(`${url}sign-in?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  if (!response.ok) throw new Error(`${url}sign-in: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ')
}

/**
 * Checks a page's response to a signed-in visitor, to an anonymous visitor, and to a cookie whose
 * last characters were changed.
 *
 * @throws {Error} When a response is wrong.
 */
export async function checkPage({ url }: RunningPage, name: string, cookie: string): Promise<void> {
  for (const [sent, status, text] of [
    [cookie, 200, greeting(name)],
    ['', 401, 'Unauthorized'],
    [forged(cookie), 401, 'Unauthorized'],
  ] as const) {
    const response = await fetch(url, { headers: { Cookie: sent } })
    const actual = `${response.status} ${await response.text()}`
    if (actual !== `${status} ${text}`) throw new Error(`${url} with “${sent}”: ${actual}`)
  }
}

/** Signs visitors in, checks the page for each, and returns their cookies. */
async function visitorsOf(page: RunningPage): Promise<string[]> {
  const names = Array.from({ length: VISITORS }, (_, n) => `Visitor ${n}`)
  const cookies: string[] = []
  for (let n = 0; n < VISITORS; n += TOGETHER) {
    const some = names.slice(n, n + TOGETHER).map(async (name) => {
      const cookie = await signIn(page, name)
      await checkPage(page, name, cookie)
      return cookie
    })
    cookies.push(...(await Promise.all(some)))
  }
  return cookies
}

async function queryValue(url: string, statement: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Record<string, string>>(statement)
  await client.end()
  return Object.values(rows[0] ?? {})[0] ?? ''
}
