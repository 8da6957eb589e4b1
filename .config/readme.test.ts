import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const readme = await readFile(at('../README.md'), 'utf8')
const blocks = (language: string) =>
  Array.from(
    readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm')),
    ([, text = '']) => text,
  )
const [workersProgram = '', denoProgram = ''] = blocks('ts')
const [wranglerConfig = ''] = blocks('jsonc')

// Where the programs find the packages as installed ones; Deno runs no TypeScript in node_modules.
const app = at('../node_modules/.cache/readme-app')
const denoApp = at('./.cache/readme-deno')

it('the programs in the README have at most twenty lines', () => {
  expect(blocks('ts')).toHaveLength(2)
  for (const program of blocks('ts')) {
    expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(20)
  }
})

/** Signs up, is recognised, is attacked and signs out: what both programs do. */
async function visits(origin: string): Promise<void> {
  const headers = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }
  const post = (path: string, Cookie = '', more = {}) =>
    fetch(origin + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, Cookie, ...more },
    })
  const me = (Cookie: string) => fetch(`${origin}/me`, { headers: { Cookie } })

  expect((await me('')).status).toBe(401)
  const signedUp = await post('/sign-up')
  expect(signedUp.status).toBe(303)
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(await (await me(cookie)).text()).toBe('Hello Ada')

  const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  for (const path of ['/sign-out', '/sign-up']) {
    expect((await post(path, cookie, evil)).status).toBe(403)
  }
  expect(await (await me(cookie)).text()).toBe('Hello Ada')

  const signedOut = await post('/sign-out', cookie)
  expect(signedOut.headers.getSetCookie()).toEqual([
    '__Host-Http-session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
  ])
  expect((await me(cookie)).status).toBe(401)
}

describe('the Deno program in the README', () => {
  let server: ChildProcess
  let origin: string

  beforeAll(async () => {
    await mkdir(denoApp, { recursive: true })
    await writeFile(`${denoApp}/main.ts`, denoProgram)
    const { runInstall } = createRequire(at('../packages/deno/package.json'))(
      'deno/install_api.cjs',
    ) as {
      runInstall: () => string
    }
    const args = [
      'run',
      '--check',
      '--no-lock',
      '--cached-only',
      '--unstable-kv',
      '--allow-net=127.0.0.1',
    ]
    server = spawn(runInstall(), [...args, `${denoApp}/main.ts`], {
      env: {
        ...process.env,
        NO_COLOR: '1',
        DENO_NO_UPDATE_CHECK: '1',
        DENO_SERVE_ADDRESS: 'tcp:127.0.0.1:0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    origin = await new Promise<string>((resolve, reject) => {
      let said = ''
      const listen = (chunk: Buffer) => {
        said += chunk.toString()
        const address = /Listening on (http:\/\/\S+?)\/?\s/.exec(said)?.[1]
        if (address) resolve(address)
      }
      server.stdout?.on('data', listen)
      server.stderr?.on('data', listen)
      server.once('exit', () => reject(new Error(said)))
    })
  }, 60_000)

  afterAll(async () => {
    server.kill()
    if (server.exitCode === null) await once(server, 'exit')
  })

  it('signs up, recognises, refuses foreign requests and signs out', () => visits(origin))
})

describe('the Workers program in the README', () => {
  const server = createTestHarness({
    root: app,
    workers: [{ configPath: `${app}/wrangler.jsonc` }],
  })
  let origin: string

  beforeAll(async () => {
    await rm(app, { recursive: true, force: true })
    await mkdir(`${app}/src`, { recursive: true })
    await writeFile(`${app}/src/index.ts`, workersProgram)
    await writeFile(
      `${app}/wrangler.jsonc`,
      wranglerConfig.replace('node_modules/@limen/workers/', ''),
    )
    await cp(at('../packages/workers/migrations'), `${app}/migrations`, { recursive: true })
    origin = (await server.listen()).url.origin
    const { DB } = await server
      .getWorker<{ DB: { exec(sql: string): Promise<unknown> } }>()
      .getEnv()
    for (const file of await readdir(`${app}/migrations`)) {
      const sql = await readFile(`${app}/migrations/${file}`, 'utf8')
      await DB.exec(sql.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').replaceAll('; ', ';\n'))
    }
  }, 60_000)

  afterAll(() => server.close())

  it('signs up, recognises, refuses foreign requests and signs out', () => visits(origin))

  it('P9: keeps nobody waiting for a visitor who left early', async () => {
    const Cookie = `__Host-Http-session=${'u'.repeat(22)}.${'u'.repeat(43)}`
    const leave = async () => {
      const controller = new AbortController()
      const asked = fetch(`${origin}/me`, { headers: { Cookie }, signal: controller.signal })
      setTimeout(() => controller.abort(), 1)
      await asked.catch(() => {})
    }
    await Promise.all(Array.from({ length: 20 }, leave))
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => fetch(`${origin}/me`, { headers: { Cookie } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  })

  it('has migrations that wrangler applies', async () => {
    const env = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false' }
    const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', `${app}/state`]
    const { stdout } = await promisify(execFile)('wrangler', args, { cwd: app, env })
    expect(stdout).toMatch(/0001_limen\.sql.*✅/s)
  }, 60_000)
})
