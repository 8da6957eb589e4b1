import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, connect, keepPages, openPage, seen, sites } from './lab.ts'
import { cellOf } from './requests.ts'

type Host = 'app' | 'api' | 'evil' | 'other' | 'twin'
const INCLUDE = { credentials: 'include' }
const JSON_POST = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: '{}',
}

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

/** Fetches from a page, and tells what the page got and what the app saw. */
async function call(page: Page, site: Site, to: Host, init: object, path = '/act/') {
  const unique = path + crypto.randomUUID()
  const got = await page.evaluate(
    `fetch(${JSON.stringify(site[to] + unique)}, ${JSON.stringify(init)})
      .then(({ status }) => status, () => 'kept from the page')`,
  )
  const entries = await seen(site, unique, [unique])
  const entry = entries.findLast(({ method }) => method !== 'OPTIONS') ?? entries[0]
  return { got, cell: cellOf(entry), preflight: entries.find(({ method }) => method === 'OPTIONS') }
}

async function handshake(page: Page, site: Site, to: Host): Promise<string> {
  const path = `/act/${crypto.randomUUID()}`
  await page.evaluate(
    `void new WebSocket(${JSON.stringify(site[to].replace('http', 'ws') + path)})`,
  )
  return cellOf((await seen(site, path, [path]))[0])
}

async function jar(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies.map(({ domain, name }) => `${domain} ${name}`).toSorted()
}

describe.each(sites().map((site) => [site.runtime, site] as const))('on %s', (_, site) => {
  describe('a backend on a sibling host', () => {
    let context: BrowserContext
    let pageOf: ReturnType<typeof keepPages>
    beforeAll(async () => {
      context = await browser.newContext()
      pageOf = keepPages(context)
      const page = await pageOf(site.app)
      const { got } = await call(page, site, 'api', { method: 'POST', ...INCLUDE }, '/sign-in/')
      expect(got).toBe(204)
    })
    afterAll(() => context.close())

    const ALL = 'api.limen.test __Host-Http-'
    it('F: keeps its cookies to itself, under names of its own', async () => {
      const names = ['lab', 'none', 'partitioned', 'strict']
      expect(await jar(context)).toEqual(names.map((name) => ALL + name))
    })

    type Row = [from: Host, init: object, got: number | string, cell: string, because: string]
    const table: Row[] = [
      ['app', INCLUDE, 204, 'LSNP safe', 'a page that is trusted may read'],
      ['app', { ...JSON_POST, ...INCLUDE }, 204, 'LSNP yes', 'and may change something'],
      ['app', { method: 'DELETE', ...INCLUDE }, 204, 'LSNP yes', 'with every method'],
      [
        'app',
        { method: 'POST', body: 'a=1' },
        204,
        '- yes',
        'trusted, but it asked for no cookies',
      ],
      [
        'api',
        { ...JSON_POST, ...INCLUDE },
        204,
        'LSNP yes',
        'the backend’s own page needs no CORS',
      ],
      ['evil', INCLUDE, 'kept from the page', 'LSNP safe', 'Lax brings it, CORS keeps it'],
      [
        'evil',
        { method: 'POST', body: 'a=1', ...INCLUDE },
        'kept from the page',
        'LSNP no',
        'a sibling that nobody named',
      ],
      [
        'evil',
        { ...JSON_POST, ...INCLUDE },
        'kept from the page',
        'preflight',
        'is not even let in',
      ],
      [
        'twin',
        { method: 'POST', body: 'a=1', ...INCLUDE },
        'kept from the page',
        'N no',
        'http is not the front end',
      ],
      [
        'other',
        { ...JSON_POST, ...INCLUDE },
        'kept from the page',
        'preflight',
        'is not even let in',
      ],
      [
        'other',
        { method: 'POST', body: 'a=1', ...INCLUDE },
        'kept from the page',
        'N no',
        'another site',
      ],
    ]
    it.each(table)('%s asks %j and gets %s; %s, because %s', async (from, init, got, cell) => {
      const outcome = await call(await pageOf(site[from]), site, 'api', init)

      expect([outcome.got, outcome.cell]).toEqual([got, cell])
      if (cell === 'preflight') expect(outcome.preflight?.status).toBe(403)
    })

    it('opens a WebSocket for the front end alone', async () => {
      const cells: string[] = []
      for (const from of ['app', 'evil', 'other'] as const) {
        cells.push(await handshake(await pageOf(site[from]), site, 'api'))
      }
      expect(cells).toEqual(['LSNP yes', 'LSNP no', 'N no'])
    })

    it('signs nobody out for a sibling, and whoever asks for the front end', async () => {
      const out = { method: 'POST', ...INCLUDE }
      await call(await pageOf(site.evil), site, 'api', out, '/sign-out/')
      expect(await jar(context)).toHaveLength(4)

      const signedOut = await call(await pageOf(site.app), site, 'api', out, '/sign-out/')
      expect(signedOut.got).toBe(204)
      expect(await jar(context)).toEqual([])
    })
  })

  describe('a backend on another site', () => {
    const SIGN_IN = { method: 'POST', ...INCLUDE }

    it('gets None and Partitioned back, where the browser allows cookies of third parties', async () => {
      const context = await browser.newContext()
      const page = await openPage(context, site.app)

      expect((await call(page, site, 'other', SIGN_IN, '/sign-in/')).got).toBe(204)
      expect(await jar(context)).toEqual([
        'other.test __Host-Http-none',
        'other.test __Host-Http-partitioned',
      ])
      expect(await call(page, site, 'other', { ...JSON_POST, ...INCLUDE })).toMatchObject({
        got: 204,
        cell: 'NP yes',
      })
      await context.close()
    })

    it('gets Partitioned alone, where it does not', async () => {
      const context = await browser.newContext()
      const page = await context.newPage()
      const devtools = await context.newCDPSession(page)
      await devtools.send('Network.enable')
      await devtools.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true })
      await page.goto(`${site.app}/lab/page`)

      expect((await call(page, site, 'other', SIGN_IN, '/sign-in/')).got).toBe(204)
      expect(await call(page, site, 'other', { ...JSON_POST, ...INCLUDE })).toMatchObject({
        got: 204,
        cell: 'P yes',
      })
      await context.close()
    })

    it('is partitioned by who embeds it: under another page its session is not there', async () => {
      const context = await browser.newContext()
      const page = await openPage(context, site.app)
      await call(page, site, 'other', SIGN_IN, '/sign-in/')

      const own = await openPage(context, site.other)
      expect((await call(own, site, 'other', INCLUDE)).cell).toBe('N safe')
      await context.close()
    })

    it('trusts the front end and nobody else', async () => {
      const context = await browser.newContext()
      await call(await openPage(context, site.app), site, 'other', SIGN_IN, '/sign-in/')
      const page = await openPage(context, site.evil)
      const post = { method: 'POST', body: 'a=1', ...INCLUDE }

      expect(await call(page, site, 'other', post)).toMatchObject({
        got: 'kept from the page',
        cell: 'NP no',
      })
      await context.close()
    })
  })
})
