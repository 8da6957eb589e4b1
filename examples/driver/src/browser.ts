/** One visit with Chromium: what only a browser with scripts does. */
import { equal } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findChromium } from '@limen/chromium'
import { type Page, chromium } from 'playwright-core'
import { Visitor } from './visit.ts'

/**
 * Signs up, reloads, follows a link, comes back, signs out, and visits a page of another site that submits
 * the form for signing up.
 *
 * @throws {Error} When the page is not what it should be.
 */
export async function browse(port: number): Promise<void> {
  const { executablePath, env } = await findChromium()
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(20_000)
    await signsUp(page, port)
    await page.reload()
    await shows(page, 'Ada')
    await page.click('a[href$="/public"]')
    await page.waitForURL(/\/public$/)
    await page.goBack()
    await shows(page, 'Ada')
    await isRefusedElsewhere(page, port)
    await page.goto(`http://localhost:${port}/`)
    await shows(page, 'Ada')
    await page.click('#sign-out button')
    await shows(page, ANONYMOUS)
    await page.reload()
    await shows(page, ANONYMOUS)
    equal((await page.context().cookies()).filter(({ name }) => name.endsWith('session')).length, 0)
  } finally {
    await browser.close()
  }
}

async function signsUp(page: Page, port: number): Promise<void> {
  await page.goto(`http://localhost:${port}/`)
  await shows(page, ANONYMOUS)
  await page.fill('#sign-up input[name=name]', 'Ada')
  await page.click('#sign-up button')
  await shows(page, 'Ada')
}

/** A word that is not the user. */
const ANONYMOUS = '(?!Ada\\b)\\w+'

/** Waits until the page says who is signed in. */
async function shows(page: Page, who: string): Promise<void> {
  const hasText = new RegExp(`who:\\s*${who}\\b`)
  await page.locator('body').filter({ hasText }).waitFor()
}

/** A page of another site, which submits the form of this one: `127.0.0.1` is another site than `localhost`. */
async function isRefusedElsewhere(page: Page, port: number): Promise<void> {
  const { path, body } = await new Visitor(port).form('sign-up', { name: 'Eve' })
  const inputs = Array.from(body, ([name, value]) => input(name, value as string))
  const enctype = body instanceof FormData ? ' enctype="multipart/form-data"' : ''
  const action = escape(`http://localhost:${port}${path}`)
  const html = `<!doctype html><form method="post" action="${action}"${enctype}>${inputs.join('')}<button>Win</button></form>`
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.click('button')
    await page.waitForURL(({ hostname }) => hostname === 'localhost')
    const status = await page.evaluate(
      'performance.getEntriesByType("navigation")[0].responseStatus',
    )
    equal(status, 403, 'status of a form of another site')
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function input(name: string, value: string): string {
  return `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
