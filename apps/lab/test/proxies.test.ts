import { request } from 'node:http'
import { request as requestTls } from 'node:https'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '@limen/test-servers'
import { findNginx } from '../../../packages/workers/test/nginx.ts'
import { type Tls, certificateFor, chromiumOptions } from './browser.ts'
import { configQuery } from './lab.ts'
import { startNginx, startNode, startTlsProxy, startWrangler } from './proxies.ts'

const nginx = await findNginx()
const FORWARDED = { csrfProtection: { hostHeader: 'X-Forwarded-Host' } }

/** One way to run the app so that it does not receive its own host. */
interface Setup {
  readonly name: string
  readonly scheme: 'http' | 'https'
  /** The host that visitors use. Its siblings and other sites are served by the same proxy. */
  readonly host: string
  readonly start: (tls: Tls) => Promise<Server>
}

/** Starts the app on Node, and returns its port. */
const onNode = async (urlOf: Parameters<typeof startNode>[0]) =>
  running.use(await startNode(urlOf)).port
const byHost = (host: string, path: string) => `http://${host}${path}`

const setups: Setup[] = [
  {
    name: 'nginx with its default Host, over TLS',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls) => startNginx(nginx!, await onNode(byHost), tls),
  },
  {
    name: 'a TLS proxy that rewrites Host',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls) => startTlsProxy(tls, await onNode(byHost), 'backend.internal'),
  },
  {
    name: 'a framework whose URL is always localhost, as in Next.js',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls) =>
      startTlsProxy(
        tls,
        await onNode((_, path) => `https://localhost:3000${path}`),
        'app.limen.test',
      ),
  },
  {
    name: 'wrangler dev with a route',
    scheme: 'http',
    host: 'localhost',
    start: () => startWrangler({ pattern: 'app.example.com/*', zone_name: 'example.com' }),
  },
  {
    name: 'wrangler dev with a custom domain',
    scheme: 'http',
    host: 'localhost',
    start: () => startWrangler({ pattern: 'app.example.com', custom_domain: true }),
  },
]

type Row = [from: 'own' | 'sibling' | 'other', way: 'fetch' | 'form' | 'beacon', status: number]
const rows: Row[] = [
  ['own', 'fetch', 200],
  ['own', 'form', 200],
  ['own', 'beacon', 200],
  ['sibling', 'fetch', 403],
  ['sibling', 'form', 403],
  ['sibling', 'beacon', 403],
  ['other', 'fetch', 403],
  ['other', 'form', 403],
  ['other', 'beacon', 403],
]

const CODE = {
  fetch: `void fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' })`,
  beacon: `void navigator.sendBeacon(url)`,
  form: `{
    const form = document.createElement('form')
    Object.assign(form, { action: url, method: 'post' })
    document.documentElement.append(form)
    form.submit()
  }`,
}

let tls: Tls
let browser: Browser
const running = new AsyncDisposableStack()

beforeAll(async () => {
  tls = await certificateFor(['app.limen.test', 'evil.limen.test', 'other.test'])
  browser = await chromium.launch(await chromiumOptions(tls, ['MAP *.test 127.0.0.1']))
})

afterAll(async () => {
  await browser.close()
  await running.disposeAsync()
})

for (const { name, scheme, host, start } of setups) {
  describe.skipIf(nginx === null && name.startsWith('nginx'))(`B1: behind ${name}`, () => {
    const origins = { own: '', sibling: '', other: '' }
    let profile: BrowserContext
    afterAll(() => profile?.close())

    beforeAll(async () => {
      const proxy = running.use(await start(tls))
      // 127.0.0.1 is another site than localhost; a sibling of localhost is below it.
      const hosts =
        host === 'localhost'
          ? { own: host, sibling: 'evil.localhost', other: '127.0.0.1' }
          : { own: host, sibling: 'evil.limen.test', other: 'other.test' }
      for (const from of ['own', 'sibling', 'other'] as const) {
        origins[from] = `${scheme}://${hosts[from]}:${proxy.port}`
      }
      profile = await browser.newContext()
    })

    it.each(rows)('a request of the %s page by %s has status %i', async (from, way, status) => {
      const page = await profile.newPage()
      await page.goto(`${origins[from]}/page`)
      const url = `${origins.own}/${crypto.randomUUID()}`
      const answered = page.waitForResponse(url)

      await page.evaluate(`{ const url = ${JSON.stringify(url)}; ${CODE[way]} }`)
      const response = await answered

      expect(response.status()).toBe(status)
      expect(Object.keys(await response.allHeaders()).includes('set-cookie')).toBe(status === 200)
    })

    it('rejects its own WebSocket handshake, and accepts it with the configuration that the reason names', async () => {
      const { own, sibling } = origins
      // wrangler dev writes the route's host into Origin too, with the scheme http.
      const isWrangler = host === 'localhost'
      const [reason, config] = isWrangler
        ? ['origin-insecure', { secure: false }]
        : ['origin-mismatch', FORWARDED]
      expect(await handshake(own, own)).toMatch(`${reason} at `)
      expect(await handshake(own, own, config)).toMatch('trusted at ')
      expect(await handshake(own, sibling, config)).toMatch('origin-mismatch at ')
    })
  })
}

describe.skipIf(nginx === null)(
  'B1, B4: behind nginx with its default Host, over plain http',
  () => {
    let own: string
    beforeAll(async () => {
      const proxy = running.use(await startNginx(nginx!, await onNode(byHost)))
      own = `http://app.limen.test:${proxy.port}`
    })

    type Plain = [config: object, status: number, because: string]
    it.each<Plain>([
      [{}, 403, 'a page over http has another origin'],
      [{ secure: false }, 403, 'the browser sends no Sec-Fetch-Site, and Host is not reliable'],
      [{ secure: false, ...FORWARDED }, 200, 'the proxy sends the host'],
      [FORWARDED, 403, 'a page over http has another origin'],
    ])('its own form with %j has status %i, because %s', async (config, status) => {
      const page = await (await browser.newContext()).newPage()
      await page.goto(`${own}/page`)
      const query = `?${configQuery(config)}`
      const answered = page.waitForResponse(`${own}/act${query}`)
      await page.evaluate(`{ const url = ${JSON.stringify(`${own}/act${query}`)}; ${CODE.form} }`)
      expect((await answered).status()).toBe(status)
      await page.context().close()
    })
  },
)

/** Sends a WebSocket handshake as Chromium does, without `Sec-Fetch-Site`. Returns the app's report. */
function handshake(to: string, origin: string, config: object = {}): Promise<string> {
  const { protocol, hostname, port } = new URL(to)
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? requestTls : request)({
      host: '127.0.0.1',
      port,
      servername: hostname,
      rejectUnauthorized: false,
      path: `/socket?${configQuery(config)}`,
      headers: { Host: `${hostname}:${port}`, Origin: origin, Upgrade: 'websocket' },
    })
    sent.on('response', (response) => {
      let text = ''
      response.on('data', (part) => (text += String(part)))
      response.on('end', () => resolve(text))
    })
    sent.on('error', reject)
    sent.end()
  })
}
