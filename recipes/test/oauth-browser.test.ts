/** In a real Chromium: what depends on a browser's rules for cookies and for the content security policy. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, createAdaptorServer } from '@hono/node-server'
import { findChromium } from '@limen/chromium'
import { pg } from '@limen/sql'
import { Pool } from 'pg'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres } from '../../packages/sql/test/postgres.ts'
import { createApp } from '../src/app.ts'
import { runMigrations } from '../src/migrate.ts'
import { nodeSite } from '../src/site-node.ts'
import { siteProviders } from './oauth-site.ts'
import { startProviders } from './start-providers.ts'
import { loginOf } from './test-account.ts'

const cleanup = new AsyncDisposableStack()
/** The requests that the app received, with the names of their cookies. */
const requests: string[] = []
let browser: Browser
let origin: string

beforeAll(async () => {
  const postgres = await startPostgres({ isDurable: false })
  if (typeof postgres === 'string') throw new Error(postgres)
  cleanup.defer(() => postgres.stop())
  const pool = new Pool({ connectionString: postgres.url })
  // end() resolves before the connections are closed, and the server then stops.
  pool.on('error', () => {})
  cleanup.defer(() => pool.end())
  await runMigrations(pg(pool), new URL('../migrations/node/', import.meta.url))

  const server = createAdaptorServer({
    fetch: (request, env) => respond(request, env as HttpBindings),
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  cleanup.defer(() => void server.close())
  // The providers are at 127.0.0.1, which is another site than localhost.
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const { providers } = cleanup.use(await startProviders(origin))
  const sendMail = async () => {}
  const totpKey = Buffer.alloc(32).toString('base64')
  const options = { origin, totpKey, sendMail, providers: siteProviders(providers) }
  const app = createApp(nodeSite(pg(pool), options))
  const respond = (request: Request, env: HttpBindings) => {
    const names = (request.headers.get('Cookie') ?? '').replaceAll(/=[^;]*/g, '')
    const site = request.headers.get('Sec-Fetch-Site') ?? ''
    requests.push(`${request.method} ${new URL(request.url).pathname} ${site}: ${names}`)
    return app.fetch(request, env)
  }

  const { executablePath, env } = await findChromium()
  const inherited = process.env as Record<string, string>
  // The pages of `oidc-provider` load fonts of another host.
  const hosts = 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'
  const args = ['--no-sandbox', `--host-resolver-rules=${hosts}`]
  browser = await chromium.launch({ executablePath, env: { ...inherited, ...env }, args })
  cleanup.defer(() => browser.close())
})
afterAll(() => cleanup.disposeAsync())

it.each([
  ['github', 'GitHub', false],
  ['openid', 'Example', false],
  ['apple', 'Apple', true],
])('Chromium signs in with %s', async (provider, name, isForm) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const email = `${provider}@example.com`
  await page.goto(`${origin}/oauth`)
  requests.length = 0
  await page.getByRole('button', { name: `Continue with ${name}` }).click()
  await page.locator('[name=login]').fill(loginOf({ subject: '12345', email, isVerified: true }))
  const secret = page.locator('[name=password]')
  if (await secret.isVisible()) await secret.fill('any')
  await page.locator('[name=login]').press('Enter')
  if (provider !== 'github') await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(`${origin}/`)
  expect(await page.getByRole('main').innerText()).toContain(`You are signed in as ${email}`)

  const callback = `/oauth/${provider}/callback`
  expect(requests.filter((request) => request.includes(callback))).toEqual(
    isForm
      ? [`POST ${callback} cross-site: `, `GET ${callback} same-origin: __Host-oauth`]
      : [`GET ${callback} cross-site: __Host-oauth`],
  )
  const cookies = await context.cookies(origin)
  expect(cookies.map((cookie) => cookie.name)).toEqual(['__Host-Http-session'])
  await context.close()
})
