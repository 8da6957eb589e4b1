import { X509Certificate, createHash } from 'node:crypto'
import { request } from 'node:http'
import { request as requestTls } from 'node:https'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '@limen/chromium'
import { findNginx } from '../../../packages/workers/test/nginx.ts'
import {
  type Running,
  type Tls,
  startNginx,
  startNode,
  startTlsProxy,
  startWrangler,
} from './proxies.ts'

const nginx = await findNginx()
const FORWARDED = { csrfProtection: { hostHeader: 'X-Forwarded-Host' } }

/** A way to run the app behind something that hides its own host from it. */
interface Setup {
  readonly name: string
  readonly scheme: 'http' | 'https'
  /** The host that visitors use. Its siblings and other sites are served by the same proxy. */
  readonly host: string
  readonly start: (tls: Tls, running: Running[]) => Promise<Running>
}

const isOnNode = async (running: Running[], urlOf: Parameters<typeof startNode>[0]) => {
  const node = await startNode(urlOf)
  running.push(node)
  return node.port
}
const byHost = (host: string, path: string) => `http://${host}${path}`

const setups: Setup[] = [
  {
    name: 'nginx with its default Host, over TLS',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls, running) => startNginx(nginx!, await isOnNode(running, byHost), tls),
  },
  {
    name: 'a TLS proxy that rewrites Host',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls, running) =>
      startTlsProxy(tls, await isOnNode(running, byHost), 'backend.internal'),
  },
  {
    name: 'a framework whose URL is always localhost, as in Next.js',
    scheme: 'https',
    host: 'app.limen.test',
    start: async (tls, running) =>
      startTlsProxy(
        tls,
        await isOnNode(running, (_, path) => `https://localhost:3000${path}`),
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
const running: Running[] = []

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'limen.test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: ['app.limen.test', 'evil.limen.test', 'other.test'].map((value) => ({
          type: 2,
          value,
        })),
      },
    ],
  })
  tls = { key, cert }
  const { executablePath, env } = await findChromium()
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: [
      '--no-sandbox',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
    ],
  })
})

afterAll(async () => {
  await browser.close()
  for (const server of running.toReversed()) await server[Symbol.asyncDispose]()
})

for (const { name, scheme, host, start } of setups) {
  describe.skipIf(nginx === null && name.startsWith('nginx'))(`B1: behind ${name}`, () => {
    const origins = { own: '', sibling: '', other: '' }
    let profile: BrowserContext
    afterAll(() => profile?.close())

    beforeAll(async () => {
      const proxy = await start(tls, running)
      running.push(proxy)
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

    it.each(rows)('%s page, %s: %i', async (from, way, status) => {
      const page = await profile.newPage()
      await page.goto(`${origins[from]}/page`)
      const url = `${origins.own}/${crypto.randomUUID()}`
      const answered = page.waitForResponse(url)

      await page.evaluate(`{ const url = ${JSON.stringify(url)}; ${CODE[way]} }`)
      const response = await answered

      expect(response.status()).toBe(status)
      expect(Object.keys(await response.allHeaders()).includes('set-cookie')).toBe(status === 200)
    })

    it('refuses its own WebSocket handshake with a hint, and takes it as the hint says', async () => {
      const { own, sibling } = origins
      // wrangler dev writes the route's host into Origin too, and leaves http there.
      const isWrangler = host === 'localhost'
      const [reason, cure] = isWrangler
        ? ['origin-insecure', { secure: false }]
        : ['origin-mismatch', FORWARDED]
      expect(await handshake(own, own)).toMatch(`${reason} at `)
      expect(await handshake(own, own, cure)).toMatch('trusted at ')
      expect(await handshake(own, sibling, cure)).toMatch('origin-mismatch at ')
    })
  })
}

describe.skipIf(nginx === null)(
  'B1, B4: behind nginx with its default Host, over plain http',
  () => {
    let own: string
    beforeAll(async () => {
      const proxy = await startNginx(nginx!, await isOnNode(running, byHost))
      running.push(proxy)
      own = `http://app.limen.test:${proxy.port}`
    })

    type Plain = [config: object, status: number, because: string]
    it.each<Plain>([
      [{}, 403, 'a page over http is not our own'],
      [{ secure: false }, 403, 'the browser sends no Sec-Fetch-Site, and the host is a guess'],
      [{ secure: false, ...FORWARDED }, 200, 'the proxy names the host'],
      [FORWARDED, 403, 'a page over http is not our own'],
    ])('its own form with %j: %i, because %s', async (config, status) => {
      const page = await (await browser.newContext()).newPage()
      await page.goto(`${own}/page`)
      const query = `?config=${encodeURIComponent(JSON.stringify(config))}`
      const answered = page.waitForResponse(`${own}/act${query}`)
      await page.evaluate(`{ const url = ${JSON.stringify(`${own}/act${query}`)}; ${CODE.form} }`)
      expect((await answered).status()).toBe(status)
      await page.context().close()
    })
  },
)

/** A WebSocket handshake as Chromium sends it, without `Sec-Fetch-Site`; what the app reports. */
function handshake(to: string, origin: string, config: object = {}): Promise<string> {
  const { protocol, hostname, port } = new URL(to)
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? requestTls : request)({
      host: '127.0.0.1',
      port,
      servername: hostname,
      rejectUnauthorized: false,
      path: `/socket?config=${encodeURIComponent(JSON.stringify(config))}`,
      headers: { Host: `${hostname}:${port}`, Origin: origin, Upgrade: 'websocket' },
    })
    sent.on('response', (answer) => {
      let text = ''
      answer.on('data', (part) => (text += String(part)))
      answer.on('end', () => resolve(text))
    })
    sent.on('error', reject)
    sent.end()
  })
}
