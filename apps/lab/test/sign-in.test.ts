import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from './door.ts'
import { type Site, connect, openPage, seen, sites } from './lab.ts'
import { partiesOf, signInEverywhere } from './requests.ts'
import { staged } from './stage.ts'
import { type Relation, WAYS } from './ways.ts'

const FOREIGN = ['sibling', 'stranger', 'http twin', 'other port'] as const

/** Each leaves its page, as far as the app lets it. */
const ALONE = [
  ['form POST', 'top'],
  ['form POST, 307 by a stranger', 'top'],
] as const
const TOGETHER = [
  ['fetch POST, no-cors', 'page'],
  ['fetch POST, cors', 'page'],
  ['fetch POST, no credentials asked', 'page'],
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

/** Posts to one address of the app in every way, and gives what the app answered. */
async function post(
  context: BrowserContext,
  site: Site,
  action: 'sign-in' | 'sign-out',
  relation: Relation,
): Promise<Entry[]> {
  const { from, to } = partiesOf(site, relation)
  const below = `/${action}/${relation.replace(/\W/g, '-')}/`
  const paths: string[] = []
  const page = await context.newPage()
  const run = async (ways: readonly (readonly [name: string, where: string])[]) => {
    await page.goto(`${from}/lab/page`)
    for (const [name, place] of ways) {
      const way = WAYS.find((each) => each.name === name && each.where === place)!
      const path = below + way.index
      paths.push(path)
      const cast = { sibling: site.evil, stranger: site.other }
      await page.evaluate(`${staged(place, [way], () => to + path, cast)}\n;0`)
    }
    await seen(site, below, paths)
  }
  await run(TOGETHER)
  for (const way of ALONE) {
    await run([way])
    // The refusal takes the page's place; a page that is closed before never says that it is closed.
    await page.waitForURL((url) => url.pathname !== '/lab/page', { timeout: 60_000 })
  }
  await page.close()
  return seen(site, below, paths)
}

/** Every cookie that a profile holds, whole. */
async function jar(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies.map(({ domain, name, value }) => `${domain} ${name}=${value}`).toSorted()
}

describe.concurrent.each(sites().map((site) => [site.runtime, site] as const))(
  'on %s',
  (_runtime, site) => {
    it.each([
      ['a foreign sign-in sets no cookie: login CSRF', 'sign-in'],
      ['a foreign sign-out deletes no cookie: logout CSRF', 'sign-out'],
    ] as const)('%s', async (_name, action) => {
      const context = await browser.newContext()
      await signInEverywhere(context, site)
      const before = await jar(context)
      expect(before).toHaveLength(8)
      for (const relation of FOREIGN) {
        const entries = await post(context, site, action, relation)
        expect(entries, relation).toHaveLength(ALONE.length + TOGETHER.length)
        const allowed = entries.filter(({ status }) => status !== 403)
        expect(allowed, relation).toEqual([])
        const cookies = entries.flatMap(({ setCookie }) => setCookie)
        expect(cookies, relation).toEqual([])
      }
      expect(await jar(context)).toEqual(before)
      await context.close()
    })

    it('the app’s own forms do both', async () => {
      const context = await browser.newContext()
      const page = await openPage(context, site.app, 'no-referrer')
      const form = (path: string) => `{
      const form = document.createElement('form')
      Object.assign(form, { method: 'post', action: '${path}' })
      document.body.append(form)
      form.submit()
    }`

      await page.evaluate(form('/sign-in/own'))
      await expect.poll(async () => (await jar(context)).length, { timeout: 20_000 }).toBe(4)
      await page.evaluate(form('/sign-out/own'))
      await expect.poll(async () => (await jar(context)).length, { timeout: 20_000 }).toBe(0)
      await context.close()
    })
  },
)
