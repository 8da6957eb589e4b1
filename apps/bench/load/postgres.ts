/** A whole app on PostgreSQL: one page for a signed-in visitor, by each session library. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'
import { type FoundPage, greeting } from '../postgres/page.ts'
import { forged } from '../src/subject.ts'
import { type Server, freePort, serve } from './process.ts'
import { type Loaded, type Throughput, inTurns } from './turns.ts'

/** What was measured of the pages. */
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

/** Loads all pages in turn, each in a process of its own, over one server. Returns why it cannot. */
export async function loadPages(
  found: readonly FoundPage[],
  pressure: { readonly rounds: number; readonly seconds: number },
): Promise<PagesResult | string> {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return postgres
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => postgres.stop())
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const all: Loaded[] = []
  for (const [n, page] of found.entries()) {
    const server = stack.use(await startPage(page, await newDatabase(postgres.url, `page_${n}`)))
    const cookies = join(folder, `${n}.json`)
    await writeFile(cookies, JSON.stringify(await visitorsOf(server)))
    all.push({ server, cookies })
  }
  const turns = await inTurns(all, { ...pressure, connections: CONNECTIONS })
  return {
    version: await ask(postgres.url, 'show server_version'),
    connections: CONNECTIONS,
    pages: found.map(({ name }, n) => ({ page: name, turns: turns[n]! })),
  }
}

/** Starts a page over an empty database. */
export async function startPage({ file, as }: FoundPage, databaseUrl: string): Promise<Server> {
  const port = String(await freePort())
  const args = [program, file, as, databaseUrl, port]
  const env = { NODE_ENV: 'production' }
  return serve(process.execPath, args, tmpdir(), `http://127.0.0.1:${port}/`, env)
}

/** Creates an empty database, and returns its URL. */
export async function newDatabase(serverUrl: string, name: string): Promise<string> {
  await ask(serverUrl, `create database ${name}`)
  return new URL(name, serverUrl).href
}

/** Signs a new visitor in, and returns the cookies. */
export async function signIn({ url }: Server, name: string): Promise<string> {
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
 * Checks what a page answers to a signed-in visitor, to an anonymous one, and to a cookie whose end
 * was changed.
 *
 * @throws {Error} When an answer is wrong.
 */
export async function checkPage({ url }: Server, name: string, cookie: string): Promise<void> {
  for (const [sent, status, text] of [
    [cookie, 200, greeting(name)],
    ['', 401, 'Unauthorized'],
    [forged(cookie), 401, 'Unauthorized'],
  ] as const) {
    const response = await fetch(url, { headers: { Cookie: sent } })
    const answer = `${response.status} ${await response.text()}`
    if (answer !== `${status} ${text}`) throw new Error(`${url} with “${sent}”: ${answer}`)
  }
}

/** The cookies of new visitors, each of whom was checked. */
async function visitorsOf(server: Server): Promise<string[]> {
  const names = Array.from({ length: VISITORS }, (_, n) => `Visitor ${n}`)
  const cookies: string[] = []
  for (let n = 0; n < VISITORS; n += TOGETHER) {
    const some = names.slice(n, n + TOGETHER).map(async (name) => {
      const cookie = await signIn(server, name)
      await checkPage(server, name, cookie)
      return cookie
    })
    cookies.push(...(await Promise.all(some)))
  }
  return cookies
}

async function ask(url: string, statement: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Record<string, string>>(statement)
  await client.end()
  return Object.values(rows[0] ?? {})[0] ?? ''
}
