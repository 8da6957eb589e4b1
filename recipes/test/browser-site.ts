/** The site on Node with PostgreSQL, at an address of its own, and a real Chromium. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { findChromium } from '@limen/chromium'
import { pg } from '@limen/sql'
import { Pool } from 'pg'
import { type Browser, type Page, chromium } from 'playwright-core'
import { startPostgres } from '../../packages/sql/test/postgres.ts'
import { createApp } from '../src/app.ts'
import { runMigrations } from '../src/migrate.ts'
import type { Site } from '../src/site.ts'
import { nodeSite } from '../src/site-node.ts'
import { PASSPHRASE } from './case-steps.ts'

/** What runs. */
export interface BrowserSite extends AsyncDisposable {
  readonly origin: string
  readonly site: Site
  readonly browser: Browser
}

/** Starts it. */
export async function openBrowserSite(): Promise<BrowserSite> {
  const stack = new AsyncDisposableStack()
  const postgres = await startPostgres({ isDurable: false })
  if (typeof postgres === 'string') throw new Error(postgres)
  stack.defer(() => postgres.stop())
  const pool = new Pool({ connectionString: postgres.url })
  // end() resolves before the connections are closed, and the server then stops.
  pool.on('error', () => {})
  stack.defer(() => pool.end())
  await runMigrations(pg(pool), new URL('../migrations/node/', import.meta.url))
  // The origin has the port, which is known when the server listens.
  let fetchApp: (request: Request, env: object) => Response | Promise<Response>
  const server = createAdaptorServer({ fetch: (request, env) => fetchApp(request, env) })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  stack.defer(() => void server.close())
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const totpKey = Buffer.alloc(32).toString('base64')
  // All of them have one address.
  const limit = async () => true
  const site = { ...nodeSite(pg(pool), { origin, totpKey, sendMail: async () => {} }), limit }
  fetchApp = createApp(site).fetch
  const { executablePath, env } = await findChromium()
  const browser = await chromium.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    args: ['--no-sandbox'],
  })
  stack.defer(() => browser.close())
  return { origin, site, browser, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Signs a new visitor up, and returns the address. */
export async function signUpIn(page: Page, origin: string): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`
  await page.goto(`${origin}/sign-up`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByText(email).waitFor()
  return email
}
