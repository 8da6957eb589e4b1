/** The guestbook over https in a whole Chromium: the device is bound, and a copied cookie is refused. */
import type { D1Database } from '@cloudflare/workers-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { d1Store } from '@limen/workers'
import { createTestHarness } from 'wrangler'
import { launchWholeChromium, wholeChromium } from '../../lab/device/whole-chromium.ts'
import { certificateFor } from '../../lab/test/browser.ts'
import { startTlsProxy } from '../e2e/tls-proxy.ts'

const BOOK = 'https://guestbook.test'
const stack = new AsyncDisposableStack()
let browser: Browser
let page: Page
let db: D1Database

beforeAll(async () => {
  if (!wholeChromium()) return
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false'
  const server = createTestHarness({
    workers: [{ configPath: new URL('../wrangler.jsonc', import.meta.url) }],
  })
  stack.defer(() => server.close())
  const { url } = await server.listen()
  const worker = server.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  db = (await worker.getEnv()).DB
  const tls = await certificateFor(['guestbook.test'])
  const proxy = stack.use(await startTlsProxy(`http://localhost:${url.port}`, tls))
  browser = await launchWholeChromium({ tls, rules: [`MAP *.test:443 127.0.0.1:${proxy.port}`] })
  stack.defer(() => browser.close())
  page = await browser.newPage()
})
afterAll(() => stack.disposeAsync())

describe.runIf(wholeChromium())('the guestbook over https', () => {
  it('shows that this device is bound', async () => {
    await page.goto(`${BOOK}/sign-up`)
    await page.getByLabel('Name').fill('Ada')
    await page.getByLabel('Passphrase').fill('a long enough passphrase')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    await expect
      .poll(async () => {
        await page.goto(`${BOOK}/devices`)
        return page.getByRole('main').innerText()
      })
      .toContain('Opens nothing: this device is bound')
    await page.getByRole('link', { name: 'try it' }).click()
    // In the first minute, requests can be on their way.
    expect(await page.getByRole('status').innerText()).toContain('It opened your session')
  })

  it('refuses the copied cookie in another profile, a minute later', async () => {
    const cookies = await page.context().cookies()
    const { name, value } = cookies.find((cookie) => cookie.name === '__Host-Http-guestbook')!
    await bindEarlier(value.split('.')[0]!)
    const thief = await browser.newContext()
    const flags = { httpOnly: true, secure: true, sameSite: 'Lax' as const }
    await thief.addCookies([{ name, value, url: `${BOOK}/`, ...flags }])
    const stolen = await thief.newPage()
    await stolen.goto(BOOK)
    expect(await stolen.getByText('Signed in as').isVisible()).toBe(false)
    expect(await thief.cookies()).toHaveLength(1)
    await page.goto(`${BOOK}/copied-cookie`)
    expect(await page.getByRole('status').innerText()).toContain('It was refused (unproven)')
    expect(await page.getByText('Signed in as').isVisible()).toBe(true)
  })
})

/** Moves the time of the binding two minutes back. */
async function bindEarlier(sessionId: string): Promise<void> {
  const store = d1Store<object, { deviceKey: string }>(db)
  const found = await store.read(sessionId, { consistency: 'strong' })
  const { deviceKey } = found!.session.attributes
  const earlier = deviceKey.replace(/ \d+ /, (time) => ` ${Number(time) - 120_000} `)
  await store.update(sessionId, { deviceKey: earlier })
}
