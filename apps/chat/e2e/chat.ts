/** Starts the Worker with an empty database, and Chromium. */
import type { D1Database } from '@cloudflare/workers-types'
import { findChromium } from '@limen/chromium'
import { type Duration, ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { createTestHarness } from 'wrangler'

export interface Chat extends AsyncDisposable {
  readonly origin: string
  /** Opens a page in a new profile. */
  readonly open: (options?: BrowserContextOptions) => Promise<Page>
  /** Makes the session of a page's browser older. */
  readonly age: (page: Page, by: Duration) => Promise<void>
}

/** Starts both. */
export async function startChat(): Promise<Chat> {
  // Otherwise the Workers runtime requests its location from the network.
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false'
  const server = createTestHarness({
    workers: [{ configPath: new URL('../wrangler.jsonc', import.meta.url) }],
  })
  const { url } = await server.listen()
  const worker = server.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB } = await worker.getEnv()
  const { executablePath, env } = await findChromium()
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: ['--no-sandbox'],
  })
  return {
    origin: `http://localhost:${url.port}`,
    open: async (options) => (await browser.newContext(options)).newPage(),
    async age(page, by) {
      const [cookie] = await page.context().cookies()
      await ageSession(d1Store(DB), { sessionId: cookie!.value.split('.')[0]! }, by)
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server.close()
    },
  }
}

/** Joins through the form. `remember` checks the box "Stay signed in on this device". */
export async function join(
  page: Page,
  { origin }: Chat,
  name: string,
  { remember = false } = {},
): Promise<void> {
  await page.goto(origin)
  await page.getByLabel('Your name').fill(name)
  if (remember) await page.getByLabel('Stay signed in on this device').check()
  await page.getByRole('button', { name: 'Join' }).click()
  await inRoom(page)
}

/** Waits until the page is connected to the room. */
export async function inRoom(page: Page): Promise<void> {
  await page.getByText(/^Here: ./).waitFor()
}

/** Waits until the page shows the sign-in form, and returns the reason. */
export async function signedOut(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Join' }).waitFor()
  return page.getByRole('status').innerText()
}
