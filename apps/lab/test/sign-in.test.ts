import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, connect, openPage, received, sitesByRuntime } from './lab.ts'
import { type Relation, rowOf } from './matrix.ts'
import { pageCode } from './page-code.ts'
import type { Entry } from './recording-proxy.ts'
import { originsOf, signInEverywhere } from './requests.ts'

const CROSS_ORIGIN = ['sibling', 'other site', 'http scheme', 'other port'] as const

/** Each of these navigates the page. */
const NAVIGATIONS = [
  ['form POST', 'top'],
  ['form POST, 307 by another site', 'top'],
] as const
const OTHERS = [
  ['fetch POST, no-cors', 'page'],
  ['fetch POST, cors', 'page'],
  ['fetch POST, no credentials', 'page'],
  ['sendBeacon', 'page'],
  ['a ping', 'page'],
  ['form POST into a frame', 'page'],
  ['form POST', 'sandboxed frame'],
] as const

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

/** Posts to one address of the app in every way, and returns the requests with their responses. */
async function post(
  context: BrowserContext,
  site: Site,
  action: 'sign-in' | 'sign-out',
  relation: Relation,
): Promise<Entry[]> {
  const { from, to } = originsOf(site, relation)
  const below = `/${action}/${relation.replace(/\W/g, '-')}/`
  const paths: string[] = []
  const page = await context.newPage()
  const run = async (rows: readonly (readonly [name: string, where: string])[]) => {
    await page.goto(`${from}/lab/page`)
    for (const [name, where] of rows) {
      const row = rowOf(name, where)
      const path = below + row.index
      paths.push(path)
      const origins = { sibling: site.evil, other: site.other }
      await page.evaluate(`${pageCode(where, [row], () => to + path, origins)}\n;0`)
    }
    await received(site, below, paths)
  }
  await run(OTHERS)
  for (const row of NAVIGATIONS) {
    await run([row])
    // The response replaces the page. A page that is closed before that never reports that it is closed.
    await page.waitForURL((url) => url.pathname !== '/lab/page', { timeout: 60_000 })
  }
  await page.close()
  return received(site, below, paths)
}

/** Every cookie of a profile, with its value. */
async function storedCookies(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies.map(({ domain, name, value }) => `${domain} ${name}=${value}`).toSorted()
}

describe.concurrent.each(sitesByRuntime())('on %s', (_runtime, site) => {
  it.each([
    ['[T04] a cross-origin sign-in sets no cookie (login CSRF)', 'sign-in'],
    ['[T04] a cross-origin sign-out deletes no cookie (logout CSRF)', 'sign-out'],
  ] as const)('%s', async (_name, action) => {
    const context = await browser.newContext()
    await signInEverywhere(context, site)
    const before = await storedCookies(context)
    expect(before).toHaveLength(8)
    for (const relation of CROSS_ORIGIN) {
      const entries = await post(context, site, action, relation)
      expect(entries, relation).toHaveLength(NAVIGATIONS.length + OTHERS.length)
      const allowed = entries.filter(({ status }) => status !== 403)
      expect(allowed, relation).toEqual([])
      const cookies = entries.flatMap(({ setCookie }) => setCookie)
      expect(cookies, relation).toEqual([])
    }
    expect(await storedCookies(context)).toEqual(before)
    await context.close()
  })

  it('the app’s own forms sign in and sign out', async () => {
    const context = await browser.newContext()
    const page = await openPage(context, site.app, 'no-referrer')
    const form = (path: string) => `{
      const form = document.createElement('form')
      Object.assign(form, { method: 'post', action: '${path}' })
      document.body.append(form)
      form.submit()
    }`

    await page.evaluate(form('/sign-in/own'))
    await expect
      .poll(async () => (await storedCookies(context)).length, { timeout: 20_000 })
      .toBe(4)
    await page.evaluate(form('/sign-out/own'))
    await expect
      .poll(async () => (await storedCookies(context)).length, { timeout: 20_000 })
      .toBe(0)
    await context.close()
  })
})
