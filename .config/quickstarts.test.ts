/** Runs each quickstart on its real runtime: sign-up, `/me`, refused cross-site requests, sign-out. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readD1Migrations } from '@cloudflare/vitest-plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { bun } from './bun.ts'
import { denoBinary, run } from '@limen/test-servers'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const SIGNED_OUT =
  '__Host-Http-session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax'

/** One visit, as the getting-started page describes it. */
async function visit(origin: string): Promise<void> {
  const own = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }
  const crossSite = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  const post = (path: string, Cookie: string, sender: Record<string, string> = own) =>
    fetch(origin + path, { method: 'POST', redirect: 'manual', headers: { ...sender, Cookie } })
  const me = (Cookie: string) => fetch(`${origin}/me`, { headers: { Cookie } })

  expect((await me('')).status).toBe(401)

  const signedUp = await post('/sign-up', '')
  expect(signedUp.status).toBe(303)
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(await (await me(cookie)).text()).toBe('Hello Ada')

  for (const path of ['/sign-out', '/sign-up']) {
    expect((await post(path, cookie, crossSite)).status).toBe(403)
  }
  expect(await (await me(cookie)).text()).toBe('Hello Ada')

  const signedOut = await post('/sign-out', cookie)
  expect(signedOut.headers.getSetCookie()).toEqual([SIGNED_OUT])
  expect((await me(cookie)).status).toBe(401)
}

/** The part of a D1 binding that applies a migration. */
interface Database {
  prepare(query: string): { run(): Promise<unknown> }
}

describe.each(['quickstart-hono', 'quickstart-workers'])('%s on workerd', (name) => {
  const root = at(`apps/${name}`)
  const server = createTestHarness({ root, workers: [{ configPath: `${root}/wrangler.jsonc` }] })
  let origin: string

  beforeAll(async () => {
    origin = (await server.listen()).url.origin
    const { DB } = await server.getWorker<{ DB: Database }>().getEnv()
    const migrations = await readD1Migrations(at('packages/workers/migrations'))
    for (const query of migrations.flatMap(({ queries }) => queries)) await DB.prepare(query).run()
  }, 180_000)

  afterAll(() => server.close())

  it(
    'signs up, shows the user, refuses cross-site requests and signs out',
    () => visit(origin),
    60_000,
  )

  it('P9: answers new requests after clients that aborted theirs', async () => {
    const Cookie = `__Host-Http-session=${'u'.repeat(22)}.${'u'.repeat(43)}`
    const abort = async () => {
      const controller = new AbortController()
      const response = fetch(`${origin}/me`, { headers: { Cookie }, signal: controller.signal })
      setTimeout(() => controller.abort(), 1)
      await response.catch(() => {})
    }
    await Promise.all(Array.from({ length: 20 }, abort))
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => fetch(`${origin}/me`, { headers: { Cookie } })),
    )
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  }, 60_000)

  it('has migrations that wrangler applies', async () => {
    const state = await mkdtemp(join(tmpdir(), 'limen-d1-'))
    const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state]
    expect(await run('wrangler', args, { cwd: root })).toMatch(/0001_limen\.sql.*✅/s)
    await rm(state, { recursive: true, force: true })
  }, 180_000)
})

type Server = readonly [title: string, app: string, command: string | null, args: string[]]

const servers: Server[] = [
  [
    'quickstart-deno on Deno',
    'quickstart-deno',
    denoBinary(),
    ['run', '--check', '--cached-only', '--unstable-kv', '--allow-net=127.0.0.1', 'main.ts'],
  ],
  [
    'quickstart-fetch on Deno',
    'quickstart-fetch',
    denoBinary(),
    ['serve', '--check', '--cached-only', '--no-lock', '--port=0', 'src/index.ts'],
  ],
  ['quickstart-fetch on Bun', 'quickstart-fetch', bun(), ['src/index.ts']],
  ['quickstart-node on Node', 'quickstart-node', process.execPath, ['src/index.ts']],
]

describe.each(servers)('%s', (_, app, command, args) => {
  let server: ChildProcess
  let origin: string

  beforeAll(async () => {
    if (!command) return
    // Deno KV stores its file in DENO_DIR: each run has an empty one.
    const folder = await mkdtemp(join(tmpdir(), 'limen-quickstart-'))
    const address = { DENO_SERVE_ADDRESS: 'tcp:127.0.0.1:0', PORT: '0', DATABASE: ':memory:' }
    const env = {
      ...process.env,
      ...address,
      NO_COLOR: '1',
      DENO_DIR: folder,
      DENO_NO_UPDATE_CHECK: '1',
    }
    server = spawn(command, args, {
      cwd: at(`apps/${app}`),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    server.once('exit', () => void rm(folder, { recursive: true, force: true }))
    origin = await addressOf(server)
  }, 180_000)

  afterAll(async () => {
    if (!command || server.exitCode !== null) return
    server.kill()
    await once(server, 'exit')
  })

  it.skipIf(!command)('signs up, shows the user, refuses cross-site requests and signs out', () =>
    visit(origin),
  )
})

/** The address that a server prints when it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const [, port] = /http:\/\/[\w.]+:(\d+)/.exec(output) ?? []
      if (port) resolve(`http://localhost:${port}`)
    }
    server.stdout?.on('data', read)
    server.stderr?.on('data', read)
    server.once('exit', () => reject(new Error(output)))
  })
}
