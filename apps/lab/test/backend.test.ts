import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, connect, keepPages, openPage, received, sitesByRuntime } from './lab.ts'
import { cellOf } from './requests.ts'

type Host = 'app' | 'api' | 'evil' | 'other' | 'http'
const INCLUDE = { credentials: 'include' }
/** CORS hides the response from the page. */
const BLOCKED = 'blocked'
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

/** Fetches from a page. Returns what the page received, and how the app treated the request. */
async function call(page: Page, site: Site, to: Host, init: object, path = '/act/') {
  const unique = path + crypto.randomUUID()
  const got = await page.evaluate(
    `fetch(${JSON.stringify(site[to] + unique)}, ${JSON.stringify(init)})
      .then(({ status }) => status, () => 'blocked')`,
  )
  const entries = await received(site, unique, [unique])
  const entry = entries.findLast(({ method }) => method !== 'OPTIONS') ?? entries[0]
  return { got, cell: cellOf(entry), preflight: entries.find(({ method }) => method === 'OPTIONS') }
}

async function handshake(page: Page, site: Site, to: Host): Promise<string> {
  const path = `/act/${crypto.randomUUID()}`
  await page.evaluate(
    `void new WebSocket(${JSON.stringify(site[to].replace('http', 'ws') + path)})`,
  )
  return cellOf((await received(site, path, [path]))[0])
}

/** The cookies of a profile, by domain and name. */
async function cookieNames(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies.map(({ domain, name }) => `${domain} ${name}`).toSorted()
}

describe.each(sitesByRuntime())('on %s', (_, site) => {
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
    it('F: sets its cookies for its own host, under its own names', async () => {
      const names = ['lab', 'none', 'partitioned', 'strict']
      expect(await cookieNames(context)).toEqual(names.map((name) => ALL + name))
    })

    type Row = [from: Host, init: object, got: number | string, cell: string, because: string]
    const table: Row[] = [
      ['app', INCLUDE, 204, 'LSNP safe', 'a trusted page can read'],
      ['app', { ...JSON_POST, ...INCLUDE }, 204, 'LSNP yes', 'a trusted page can change something'],
      ['app', { method: 'DELETE', ...INCLUDE }, 204, 'LSNP yes', 'with every method'],
      ['app', { method: 'POST', body: 'a=1' }, 204, '- yes', 'trusted, but sent without cookies'],
      [
        'api',
        { ...JSON_POST, ...INCLUDE },
        204,
        'LSNP yes',
        'the backend’s own page needs no CORS',
      ],
      ['evil', INCLUDE, BLOCKED, 'LSNP safe', 'the cookies are sent, and CORS hides the response'],
      [
        'evil',
        { method: 'POST', body: 'a=1', ...INCLUDE },
        BLOCKED,
        'LSNP no',
        'a sibling that is not in the list',
      ],
      ['evil', { ...JSON_POST, ...INCLUDE }, BLOCKED, 'preflight', 'its preflight is not allowed'],
      [
        'http',
        { method: 'POST', body: 'a=1', ...INCLUDE },
        BLOCKED,
        'N no',
        'its scheme is not the front end’s',
      ],
      ['other', { ...JSON_POST, ...INCLUDE }, BLOCKED, 'preflight', 'its preflight is not allowed'],
      ['other', { method: 'POST', body: 'a=1', ...INCLUDE }, BLOCKED, 'N no', 'another site'],
    ]
    it.each(table)(
      'fetch from %s with %j: the page receives %s, the app %s, because %s',
      async (from, init, got, cell) => {
        const outcome = await call(await pageOf(site[from]), site, 'api', init)

        expect([outcome.got, outcome.cell]).toEqual([got, cell])
        if (cell === 'preflight') expect(outcome.preflight?.status).toBe(403)
      },
    )

    it('opens a WebSocket only for the front end', async () => {
      const cells: string[] = []
      for (const from of ['app', 'evil', 'other'] as const) {
        cells.push(await handshake(await pageOf(site[from]), site, 'api'))
      }
      expect(cells).toEqual(['LSNP yes', 'LSNP no', 'N no'])
    })

    it('signs out for the front end, and not for a sibling', async () => {
      const out = { method: 'POST', ...INCLUDE }
      await call(await pageOf(site.evil), site, 'api', out, '/sign-out/')
      expect(await cookieNames(context)).toHaveLength(4)

      const signedOut = await call(await pageOf(site.app), site, 'api', out, '/sign-out/')
      expect(signedOut.got).toBe(204)
      expect(await cookieNames(context)).toEqual([])
    })
  })

  describe('a backend on another site', () => {
    const SIGN_IN = { method: 'POST', ...INCLUDE }

    it('receives None and Partitioned cookies where the browser allows third-party cookies', async () => {
      const context = await browser.newContext()
      const page = await openPage(context, site.app)

      expect((await call(page, site, 'other', SIGN_IN, '/sign-in/')).got).toBe(204)
      expect(await cookieNames(context)).toEqual([
        'other.test __Host-Http-none',
        'other.test __Host-Http-partitioned',
      ])
      expect(await call(page, site, 'other', { ...JSON_POST, ...INCLUDE })).toMatchObject({
        got: 204,
        cell: 'NP yes',
      })
      await context.close()
    })

    it('[T27] receives only Partitioned cookies where the browser blocks third-party cookies', async () => {
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

    it('has no partitioned session under a page of another site', async () => {
      const context = await browser.newContext()
      const page = await openPage(context, site.app)
      await call(page, site, 'other', SIGN_IN, '/sign-in/')

      const own = await openPage(context, site.other)
      expect((await call(own, site, 'other', INCLUDE)).cell).toBe('N safe')
      await context.close()
    })

    it('[T27] trusts only the front end', async () => {
      const context = await browser.newContext()
      await call(await openPage(context, site.app), site, 'other', SIGN_IN, '/sign-in/')
      const page = await openPage(context, site.evil)
      const post = { method: 'POST', body: 'a=1', ...INCLUDE }

      expect(await call(page, site, 'other', post)).toMatchObject({
        got: BLOCKED,
        cell: 'NP no',
      })
      await context.close()
    })
  })
})
