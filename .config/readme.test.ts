import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const readme = await readFile(at('../README.md'), 'utf8')
const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(readme)?.[1] ?? ''

// Inside node_modules, so that the program finds the packages as an installed app would.
const app = at('../node_modules/.cache/readme-app')

describe('the program in the README', () => {
  const server = createTestHarness({
    root: app,
    workers: [{ configPath: `${app}/wrangler.jsonc` }],
  })
  let origin: string

  beforeAll(async () => {
    await rm(app, { recursive: true, force: true })
    await mkdir(`${app}/src`, { recursive: true })
    await writeFile(`${app}/src/index.ts`, block('ts'))
    await writeFile(
      `${app}/wrangler.jsonc`,
      block('jsonc').replace('node_modules/@limen/workers/', ''),
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

  it('has at most twenty lines', () => {
    expect(block('ts').trimEnd().split('\n').length).toBeLessThanOrEqual(20)
  })

  it('signs up, recognises and signs out', async () => {
    const headers = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }
    const post = (path: string, Cookie = '') =>
      fetch(origin + path, { method: 'POST', redirect: 'manual', headers: { ...headers, Cookie } })
    const me = (Cookie: string) => fetch(`${origin}/me`, { headers: { Cookie } })

    expect((await me('')).status).toBe(401)
    const signedUp = await post('/sign-up')
    expect(signedUp.status).toBe(303)
    const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await (await me(cookie)).text()).toBe('Hello Ada')

    const foreign = await fetch(`${origin}/sign-out`, {
      method: 'POST',
      headers: { Cookie: cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(foreign.status).toBe(403)

    const signedOut = await post('/sign-out', cookie)
    expect(signedOut.headers.getSetCookie()).toEqual([
      '__Host-Http-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    ])
    expect((await me(cookie)).status).toBe(401)
  })

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
