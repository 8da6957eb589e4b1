/** Starts the Worker with an empty database, and Chromium. */
import type { D1Database } from '@cloudflare/workers-types'
import { type Duration, ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { inject } from 'vitest'
import { createTestHarness } from 'wrangler'

export const PASSPHRASE = 'a long enough passphrase'

export interface Guestbook extends AsyncDisposable {
  /** The origins of the guestbook and of the attacker's site. */
  readonly book: string
  readonly attacker: string
  readonly db: D1Database
  readonly browser: Browser
  /** Opens a page in a new profile. */
  readonly open: (options?: BrowserContextOptions) => Promise<Page>
}

/** Starts both. */
export async function startGuestbook(): Promise<Guestbook> {
  // Otherwise the Workers runtime requests its location from the network.
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false'
  const server = createTestHarness({
    workers: [{ configPath: new URL('../wrangler.jsonc', import.meta.url) }],
  })
  const { url } = await server.listen()
  const worker = server.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { executablePath, env } = inject('chromium')
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: ['--no-sandbox'],
  })
  return {
    book: `http://localhost:${url.port}`,
    attacker: `http://127.0.0.1:${url.port}`,
    db: (await worker.getEnv()).DB,
    browser,
    open: async (options) => (await browser.newContext(options)).newPage(),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server.close()
    },
  }
}

/** Signs up through the form. `remember` checks the box "Stay signed in on this device". */
export async function signUp(
  page: Page,
  book: string,
  name: string,
  { remember = false } = {},
): Promise<void> {
  await page.goto(book)
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click()
  if (remember) await page.getByLabel('Stay signed in on this device').check()
  await fillAndSend(page, name, 'Sign up')
}

/** Signs in through the form. */
export async function signIn(
  page: Page,
  book: string,
  name: string,
  passphrase = PASSPHRASE,
): Promise<void> {
  await page.goto(book)
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
  await fillAndSend(page, name, 'Sign in', passphrase)
}

async function fillAndSend(
  page: Page,
  name: string,
  button: string,
  passphrase = PASSPHRASE,
): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Passphrase').fill(passphrase)
  await page.getByRole('button', { name: button }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
}

/** Writes an entry. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your entry').fill(text)
  await page.getByRole('button', { name: 'Sign the guestbook' }).click()
  await page.getByRole('listitem').filter({ hasText: text }).waitFor()
}

/** Makes the session of a page's browser older. */
export async function ageSessionOf(page: Page, { db }: Guestbook, by: Duration): Promise<void> {
  const [cookie] = await page.context().cookies()
  await ageSession(d1Store(db), { sessionId: cookie!.value.split('.')[0]! }, by)
}

/** Loads the guestbook and returns whether the user is signed in. */
export async function isSignedIn(page: Page, book: string): Promise<boolean> {
  await page.goto(book)
  return page.getByText('Signed in as').isVisible()
}
