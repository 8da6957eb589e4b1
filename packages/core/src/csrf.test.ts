import { describe, expect, it } from 'vitest'
import { type CsrfProtection, isSafe, originRule } from './csrf.ts'

const app = 'https://app.example'
const evil = 'https://evil.example'
const sibling = 'https://b.example'

interface Sent {
  readonly url?: string
  readonly headers?: Record<string, string>
}

function judge(
  [method, site, origin]: readonly [string, string | null, string | null],
  options: CsrfProtection | false = {},
  { url = app, headers = {} }: Sent = {},
  secure = true,
): string {
  const all = new Headers(headers)
  if (site !== null) all.set('Sec-Fetch-Site', site)
  if (origin !== null) all.set('Origin', origin)
  const verdict = originRule(options, secure)({ method, url, headers: all })
  return verdict.trusted ? 'trusted' : verdict.reason
}

type Case = [
  method: string,
  site: string | null,
  origin: string | null,
  verdict: string,
  because: string,
]

describe('originRule()', () => {
  const cases: Case[] = [
    ['GET', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['HEAD', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['OPTIONS', 'cross-site', evil, 'trusted', 'a preflight changes nothing'],
    ['TRACE', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['get', 'cross-site', evil, 'cross-site', 'methods are compared with their case'],
    ['QUERY', 'cross-site', evil, 'cross-site', 'an unknown method is not safe'],
    ['POST', 'same-origin', app, 'trusted', 'our own page sent it'],
    ['POST', 'same-origin', null, 'trusted', 'the browser vouches for it'],
    ['POST', 'same-origin', 'null', 'trusted', 'our own page has Referrer-Policy: no-referrer'],
    [
      'POST',
      'same-origin',
      evil,
      'trusted',
      'no page can send the header, and a proxy rewrites hosts',
    ],
    ['POST', 'same-site', sibling, 'cross-site', 'a sibling host is not us'],
    ['POST', 'same-site', app, 'cross-site', 'the browser saw another host on the way'],
    ['POST', 'same-site', null, 'cross-site', 'nobody says which sibling'],
    ['POST', 'same-site', 'null', 'cross-site', 'nobody says which sibling'],
    ['POST', 'cross-site', evil, 'cross-site', 'another site sent it'],
    ['POST', 'cross-site', 'null', 'cross-site', 'a redirect went through another site'],
    ['POST', 'cross-site', app, 'cross-site', 'a redirect went through another site'],
    ['POST', 'none', null, 'trusted', 'the browser itself sent it: a share target'],
    ['POST', 'none', 'null', 'trusted', 'the browser itself sent it'],
    ['POST', 'none', app, 'trusted', 'the browser itself sent it'],
    ['POST', 'none', evil, 'origin-mismatch', 'the two headers contradict each other'],
    ['POST', 'none', '', 'origin-missing', 'an empty header is no origin'],
    ['POST', '', app, 'cross-site', 'an unknown value is not trusted'],
    ['POST', 'unheard-of', app, 'cross-site', 'an unknown value is not trusted'],
    ['POST', 'Same-Origin', app, 'cross-site', 'values are compared with their case'],
    ['POST', 'same-origin, same-origin', app, 'cross-site', 'two headers were joined'],
    ['POST', null, app, 'trusted', 'an old browser still names the sender'],
    ['POST', null, evil, 'origin-mismatch', 'an old browser still names the sender'],
    ['POST', null, 'http://app.example', 'origin-insecure', 'the scheme counts'],
    ['POST', null, 'https://app.example:8443', 'origin-mismatch', 'the port counts'],
    ['POST', null, 'https://app.example.evil.example', 'origin-mismatch', 'compared as a whole'],
    ['POST', null, 'https://app.example/', 'origin-mismatch', 'an origin has no path'],
    ['POST', null, `${app}, ${evil}`, 'origin-mismatch', 'two headers were joined'],
    ['POST', null, 'null', 'origin-mismatch', 'null is nobody'],
    ['POST', null, '', 'origin-missing', 'an empty header names nobody'],
    ['POST', null, 'garbage', 'origin-mismatch', 'it names nobody'],
    ['POST', null, null, 'origin-missing', 'a browser always says where a POST comes from'],
    ['CONNECT', null, null, 'origin-missing', 'it is not safe'],
  ]
  it.each(cases)('%s, site %j, origin %j: %s, because %s', (method, site, origin, verdict) => {
    expect(judge([method, site, origin])).toBe(verdict)
  })

  const handshakes: Case[] = [
    ['GET', null, app, 'trusted', 'our own page opens it'],
    ['GET', null, evil, 'origin-mismatch', 'another page opens it with our cookie'],
    ['GET', null, sibling, 'origin-mismatch', 'a sibling page opens it with our cookie'],
    ['GET', null, 'null', 'origin-mismatch', 'an opaque page opens it'],
    ['GET', null, null, 'origin-missing', 'every browser names the page'],
    ['GET', 'same-origin', evil, 'origin-mismatch', 'the Origin alone decides'],
    ['GET', 'same-origin', null, 'origin-missing', 'the Origin alone decides'],
  ]
  it.each(handshakes)('WebSocket: %s, site %j, origin %j: %s, because %s', (...one) => {
    const [method, site, origin, verdict] = one
    for (const Upgrade of ['websocket', 'WebSocket', 'h2c, websocket']) {
      expect(judge([method, site, origin], {}, { headers: { Upgrade } })).toBe(verdict)
    }
  })

  it('P5: judges without looking for a cookie, so that login CSRF is covered', () => {
    expect(judge(['POST', 'cross-site', evil], {}, { headers: {} })).toBe('cross-site')
  })

  it('trusts every request when turned off, WebSockets too', () => {
    expect(judge(['POST', 'cross-site', evil], false)).toBe('trusted')
    const headers = { Upgrade: 'websocket' }
    expect(judge(['GET', null, evil], false, { headers })).toBe('trusted')
  })

  it('trusts a listed origin, whatever its site, and only as a whole string', () => {
    const options = { trustedOrigins: [evil] }
    expect(judge(['POST', 'cross-site', evil], options)).toBe('trusted')
    expect(judge(['POST', null, evil], options)).toBe('trusted')
    expect(judge(['POST', null, `${evil}:8443`], options)).toBe('origin-mismatch')
    expect(judge(['POST', null, 'https://xevil.example'], options)).toBe('origin-mismatch')
    const headers = { Upgrade: 'websocket' }
    expect(judge(['GET', null, evil], options, { headers })).toBe('trusted')
  })
})

describe('originRule(), allowed subdomains', () => {
  type Case = [
    allowed: '*' | (string | null)[],
    base: string | undefined,
    origin: string,
    verdict: boolean,
  ]
  const cases: Case[] = [
    ['*', undefined, 'https://x.app.example', true],
    ['*', undefined, 'https://y.x.app.example', true],
    ['*', undefined, 'https://b.example', false],
    ['*', undefined, 'https://example', false],
    ['*', undefined, 'https://xapp.example', false],
    ['*', undefined, 'https://.app.example', false],
    ['*', undefined, 'https://evil.example/.app.example', false],
    ['*', undefined, 'https://evil.example?.app.example', false],
    ['*', undefined, 'https://u@x.app.example', false],
    ['*', undefined, 'http://x.app.example', false],
    ['*', undefined, 'https://x.app.example:8443', false],
    ['*', 'example', 'https://b.example', true],
    ['*', 'example', 'https://example', false],
    [['b', null], 'example', 'https://b.example', true],
    [['b', null], 'example', 'https://example', true],
    [['b'], 'example', 'https://example', false],
    [['b'], 'example', 'https://x.b.example', false],
    [['x.b'], 'example', 'https://x.b.example', true],
    [['b'], 'example', 'https://evil.example', false],
    [[], 'example', 'https://b.example', false],
  ]
  it.each(cases)('%j below %s: %s is %s', (allowedSubdomains, baseDomain, origin, trusted) => {
    const options = { allowedSubdomains, baseDomain }
    for (const site of ['same-site', null]) {
      expect(judge(['POST', site, origin], options) === 'trusted', String(site)).toBe(trusted)
    }
    expect(judge(['POST', 'cross-site', origin], options)).toBe('cross-site')
  })

  it.each(['workers.dev', 'pages.dev', 'deno.net', 'co.uk'])(
    'does not trust siblings on %s by accident',
    (suffix) => {
      const url = `https://mine.${suffix}`
      const origin = `https://evil.${suffix}`
      const options: CsrfProtection = { allowedSubdomains: '*' }
      expect(judge(['POST', 'same-site', origin], options, { url })).toBe('cross-site')
      expect(judge(['POST', null, origin], options, { url })).toBe('origin-mismatch')
    },
  )
})

describe('originRule(), our own origin', () => {
  type Case = [
    url: string,
    origin: string,
    options: CsrfProtection,
    headers: Record<string, string>,
    verdict: string,
  ]
  const header = { hostHeader: 'X-Forwarded-Host' }
  const cases: Case[] = [
    ['http://app.example/x', app, {}, {}, 'trusted'],
    ['http://app.example/x', 'http://app.example', {}, {}, 'origin-insecure'],
    ['http://app.example:8080/x', 'https://app.example:8080', {}, {}, 'trusted'],
    ['HTTPS://APP.example:443/x', app, {}, {}, 'trusted'],
    ['http://localhost:8787/', 'http://localhost:8787', {}, {}, 'trusted'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787', {}, {}, 'trusted'],
    ['http://[::1]:8787/', 'http://[::1]:8787', {}, {}, 'trusted'],
    ['http://app.localhost/', 'http://app.localhost', {}, {}, 'trusted'],
    ['https://localhost:8787/', 'https://localhost:8787', {}, {}, 'trusted'],
    ['http://localhost:8787/', 'http://127.0.0.1:8787', {}, {}, 'origin-mismatch'],
    ['http://127.corp.example/', 'http://127.corp.example', {}, {}, 'origin-insecure'],
    ['http://localhost.evil.example/', 'http://localhost.evil.example', {}, {}, 'origin-insecure'],
    ['http://notlocalhost/', 'https://notlocalhost', {}, {}, 'trusted'],
    ['http://10.127.0.1/', 'https://10.127.0.1', {}, {}, 'trusted'],
    ['http://x/', 'http://localhost:8787', { host: 'localhost:8787' }, {}, 'trusted'],
    ['http://10.0.0.7/', app, { host: 'app.example' }, {}, 'trusted'],
    ['http://10.0.0.7/', 'https://10.0.0.7', { host: 'app.example' }, {}, 'origin-mismatch'],
    ['http://x/', 'https://app.example:8443', { host: 'app.example:8443' }, {}, 'trusted'],
    ['http://x/', app, header, { 'X-Forwarded-Host': 'app.example' }, 'trusted'],
    ['http://x/', 'https://x', header, { 'X-Forwarded-Host': 'app.example' }, 'origin-mismatch'],
    ['http://x/', 'https://x', header, {}, 'host-unknown'],
    ['http://x/', app, header, { 'X-Forwarded-Host': '' }, 'host-unknown'],
    ['http://x/', app, header, { 'X-Forwarded-Host': 'a@app.example' }, 'host-unknown'],
    ['http://x/', app, header, { 'X-Forwarded-Host': 'app.example/x' }, 'host-unknown'],
    ['http://x/', app, header, { 'X-Forwarded-Host': 'app.example, x' }, 'host-unknown'],
    ['/relative', app, {}, {}, 'host-unknown'],
    ['', app, {}, {}, 'host-unknown'],
    ['http://', app, {}, {}, 'host-unknown'],
    ['ftp://app.example/http://x', app, {}, {}, 'host-unknown'],
    ['data:text/html,x', 'null', {}, {}, 'host-unknown'],
  ]
  it.each(cases)('%s, origin %s, %j, %j: %s', (url, origin, options, headers, verdict) => {
    expect(judge(['POST', null, origin], options, { url, headers })).toBe(verdict)
  })

  it('keeps http as our scheme without `secure`', () => {
    const sent = { url: 'http://dev.lan:8787/' }
    expect(judge(['POST', null, 'http://dev.lan:8787'], {}, sent, false)).toBe('trusted')
    expect(judge(['POST', null, 'https://dev.lan:8787'], {}, sent, false)).toBe('origin-mismatch')
    const https = { url: 'https://dev.lan/' }
    expect(judge(['POST', null, 'https://dev.lan'], {}, https, false)).toBe('trusted')
  })

  it('refuses a request without URL where no host is configured', () => {
    const headers = new Headers({ Origin: app })
    const request = { method: 'POST', headers }
    expect(originRule({}, true)(request)).toEqual({ trusted: false, reason: 'host-unknown' })
    expect(originRule({ host: 'app.example' }, true)(request)).toEqual({ trusted: true })
  })
})

describe('originRule(), options', () => {
  const wrong: [options: CsrfProtection, because: string][] = [
    [{ trustedOrigins: ['https://a.example/'] }, 'a path'],
    [{ trustedOrigins: ['https://a.example/x'] }, 'a path'],
    [{ trustedOrigins: ['a.example'] }, 'no scheme'],
    [{ trustedOrigins: ['null'] }, 'null is nobody'],
    [{ trustedOrigins: [''] }, 'empty'],
    [{ trustedOrigins: ['*'] }, 'no wildcards'],
    [{ trustedOrigins: ['https://A.example'] }, 'browsers send lower case'],
    [{ trustedOrigins: ['https://a.example:443'] }, 'browsers leave out the default port'],
    [{ host: 'https://a.example' }, 'a scheme'],
    [{ host: '' }, 'empty'],
    [{ baseDomain: '', allowedSubdomains: '*' }, 'empty, which would trust everybody'],
    [{ host: 'a.example/x' }, 'a path'],
    [{ host: 'u@a.example' }, 'user info'],
    [{ baseDomain: '.a.example', allowedSubdomains: '*' }, 'a leading dot'],
    [{ baseDomain: 'https://a.example', allowedSubdomains: '*' }, 'a scheme'],
    [{ allowedSubdomains: ['www'] }, 'names need baseDomain'],
    [{ allowedSubdomains: [null] }, 'null needs baseDomain'],
    [{ allowedSubdomains: ['a/b'], baseDomain: 'a.example' }, 'no host name'],
  ]
  it.each(wrong)('refuses %j: %s', (options) => {
    expect(() => originRule(options, true)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })
})

describe('B1: Sec-Fetch-Site: same-origin', () => {
  const behind: [url: string, origin: string | null, because: string][] = [
    ['http://app.example.com/', 'http://app.example.com', 'wrangler dev has a custom domain'],
    ['https://app.example.com/', 'http://localhost:8787', 'wrangler dev has a route'],
    ['http://localhost:3000/', 'https://app.example', 'Next always has this URL'],
    ['http://127.0.0.1:8080/', 'https://app.example', 'nginx rewrites Host by default'],
    ['http://10.0.0.7/', 'http://10.0.0.7:8080', 'it is a LAN address with a mapped port'],
    ['http://undefined/', app, 'HTTP/2 has no Host'],
    ['/relative', app, 'the framework has no whole URL'],
    ['', app, 'there is no URL'],
    ['http://x/', null, 'no Origin was sent'],
    ['http://x/', 'null', 'the page has Referrer-Policy: no-referrer'],
    ['http://x/', '', 'an empty header says nothing'],
    ['http://x/', 'garbage', 'the browser outranks it'],
    ['http://x/', evil, 'the browser outranks it'],
  ]
  it.each(behind)('is trusted at %j with origin %j, because %s', (url, origin) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'QUERY', 'get']) {
      for (const secure of [true, false]) {
        expect(judge([method, 'same-origin', origin], {}, { url }, secure)).toBe('trusted')
      }
    }
  })

  const configured: [origin: string | null, verdict: string, because: string][] = [
    [app, 'trusted', 'it is the configured host'],
    [null, 'trusted', 'nothing contradicts the browser'],
    ['null', 'trusted', 'nothing contradicts the browser'],
    [evil, 'origin-mismatch', 'the configuration outranks the browser'],
    ['https://x', 'origin-mismatch', 'the URL is not the configured host'],
    ['https://app.example.evil.example', 'origin-mismatch', 'compared as a whole'],
    ['http://app.example', 'origin-insecure', 'the scheme counts'],
    ['', 'origin-missing', 'an empty header is not absent'],
  ]
  it.each(configured)(
    'with a configured host and origin %j is %s, because %s',
    (origin, verdict) => {
      const url = 'http://x/'
      const headers = { 'X-Forwarded-Host': 'app.example' }
      const forwarded = { hostHeader: 'X-Forwarded-Host' }
      expect(judge(['POST', 'same-origin', origin], { host: 'app.example' }, { url })).toBe(verdict)
      expect(judge(['POST', 'same-origin', origin], forwarded, { url, headers })).toBe(verdict)
    },
  )

  it('with a configured host trusts an origin of the list, and no subdomain of it', () => {
    const options: CsrfProtection = {
      host: 'app.example',
      trustedOrigins: ['https://partner.example'],
      allowedSubdomains: '*',
    }
    const origin = 'https://partner.example'
    expect(judge(['POST', 'same-origin', origin], options)).toBe('trusted')
    expect(judge(['POST', 'same-origin', 'https://x.app.example'], options)).toBe('origin-mismatch')
  })

  it('does not count with a WebSocket handshake, whose Origin alone decides', () => {
    const headers = { Upgrade: 'websocket' }
    expect(judge(['GET', 'same-origin', evil], {}, { headers })).toBe('origin-mismatch')
    expect(judge(['GET', 'same-origin', null], {}, { headers })).toBe('origin-missing')
    expect(judge(['GET', 'cross-site', app], {}, { headers })).toBe('trusted')
  })
})

describe('B2: Sec-Fetch-Site: none', () => {
  const cases: [origin: string | null, verdict: string, because: string][] = [
    [null, 'trusted', 'a share target sends no Origin'],
    ['null', 'trusted', 'a share target hides its Origin'],
    [app, 'trusted', 'it is our own'],
    [evil, 'origin-mismatch', 'it is not our own'],
    [sibling, 'origin-mismatch', 'it is not our own'],
    ['http://app.example', 'origin-insecure', 'the scheme counts'],
    ['', 'origin-missing', 'an empty header is not absent'],
  ]
  it.each(cases)('with origin %j is %s, because %s', (origin, verdict) => {
    expect(judge(['POST', 'none', origin])).toBe(verdict)
    expect(judge(['POST', 'none', origin], { host: 'app.example' }, { url: 'http://x/' })).toBe(
      verdict,
    )
  })

  it('with no usable URL and no Origin is trusted, and with one is not', () => {
    expect(judge(['POST', 'none', null], {}, { url: '/x' })).toBe('trusted')
    expect(judge(['POST', 'none', app], {}, { url: '/x' })).toBe('host-unknown')
  })
})

describe('B3: a host is normalised before it is compared', () => {
  const hosts: [text: string, verdict: string, because: string][] = [
    ['app.example', 'trusted', 'it is our own'],
    ['app.example:443', 'trusted', 'the port is the scheme’s own'],
    ['APP.Example', 'trusted', 'hosts have no case'],
    [' app.example ', 'trusted', 'blanks are trimmed'],
    ['app.example, app.example', 'trusted', 'equal items collapse'],
    ['app.example,app.example,APP.example:443', 'trusted', 'equal items collapse'],
    ['app.example, evil.example', 'host-unknown', 'different items are refused'],
    ['evil.example, app.example', 'host-unknown', 'different items are refused'],
    ['app.example,', 'host-unknown', 'an item is empty'],
    [',app.example', 'host-unknown', 'an item is empty'],
    ['app.example:8443', 'origin-mismatch', 'the port counts'],
    ['app.example:80', 'origin-mismatch', 'the port is that of another scheme'],
    ['app.example:99999', 'host-unknown', 'it is no port'],
    ['app.example/', 'host-unknown', 'it has a path'],
    ['app.example?x', 'host-unknown', 'it has a query'],
    ['app.example#x', 'host-unknown', 'it has a fragment'],
    ['app.example\\x', 'host-unknown', 'URLs take it for a path'],
    ['https://app.example', 'host-unknown', 'it has a scheme'],
    ['evil@app.example', 'host-unknown', 'it has a user'],
    ['app example', 'host-unknown', 'it has a blank'],
    ['undefined', 'host-unknown', 'it is what Node makes of no host'],
    ['', 'host-unknown', 'it is empty'],
  ]
  it.each(hosts)('header %j: %s, because %s', (text, verdict) => {
    const options = { hostHeader: 'X-Forwarded-Host' }
    const values = new Map([
      ['X-Forwarded-Host', text],
      ['Origin', app],
    ])
    const headers = { get: (name: string) => values.get(name) ?? null }
    const checked = originRule(options, true)({ method: 'POST', url: 'http://x/', headers })
    expect(checked).toEqual(
      verdict === 'trusted' ? { trusted: true } : { trusted: false, reason: verdict },
    )
  })

  it.each(['app.example', 'app.example:443', 'APP.example'])('option host: %j', (host) => {
    expect(judge(['POST', null, app], { host }, { url: 'http://x/' })).toBe('trusted')
    expect(judge(['POST', null, 'https://x'], { host }, { url: 'http://x/' })).toBe(
      'origin-mismatch',
    )
  })

  it('takes the default port of http without `secure`', () => {
    const options = { hostHeader: 'X-Forwarded-Host' }
    const sent = { url: 'http://x/', headers: { 'X-Forwarded-Host': 'dev.lan:80' } }
    expect(judge(['POST', null, 'http://dev.lan'], options, sent, false)).toBe('trusted')
  })
})

describe('B4: a form over plain http', () => {
  it.each(['http://192.168.0.7:8787', 'http://dev.lan', 'http://app.example'])(
    '%s is origin-insecure with `secure`, and trusted without',
    (own) => {
      const sent = { url: `${own}/form` }
      for (const site of [null, 'none']) {
        expect(judge(['POST', site, own], {}, sent)).toBe('origin-insecure')
        expect(judge(['POST', site, own], {}, sent, false)).toBe('trusted')
      }
      expect(judge(['POST', null, evil], {}, sent)).toBe('origin-mismatch')
      expect(judge(['POST', 'cross-site', own], {}, sent)).toBe('cross-site')
    },
  )
})

describe('B6: origins of app shells and functions', () => {
  it.each([
    'capacitor://localhost',
    'tauri://localhost',
    'ionic://localhost',
    'app://obsidian.md',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0f0e1b6e-7c9c-4b3b-9d2f-9a8c1c1f2a3b',
    'safari-web-extension://1B2C3D4E-0000-1111-2222-333344445555',
    'com.example.app://host',
    'http://tauri.localhost',
  ])('%s is taken, and trusted as it is written', (origin) => {
    const options = { trustedOrigins: [origin] }
    expect(judge(['POST', 'cross-site', origin], options)).toBe('trusted')
    expect(judge(['POST', null, origin], options)).toBe('trusted')
    expect(judge(['GET', null, origin], options, { headers: { Upgrade: 'websocket' } })).toBe(
      'trusted',
    )
    for (const other of [`${origin}/`, `${origin}x`, origin.toUpperCase(), 'null', evil]) {
      expect(judge(['POST', 'cross-site', other], options), other).toBe('cross-site')
    }
  })

  it.each([
    'file://',
    'file:///',
    'file://x',
    'data:text/html,x',
    'blob:https://a.example',
    'about:blank',
    'ws://a.example',
    'wss://a.example',
    'ftp://a.example',
    'capacitor://',
    'capacitor:localhost',
    'capacitor://localhost/',
    'Capacitor://localhost',
    'chrome-extension://*',
    '://localhost',
  ])('%s is refused: no page has this origin', (origin) => {
    expect(() => originRule({ trustedOrigins: [origin] }, true)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })

  const preview = (origin: string) => /^https:\/\/pr-\d+\.preview\.example$/.test(origin)
  const previews: [site: string | null, origin: string | null, verdict: string][] = [
    ['cross-site', 'https://pr-7.preview.example', 'trusted'],
    [null, 'https://pr-7.preview.example', 'trusted'],
    ['same-site', 'https://pr-7.preview.example', 'trusted'],
    ['cross-site', 'https://pr-7.preview.example.evil.example', 'cross-site'],
    ['cross-site', evil, 'cross-site'],
    ['cross-site', null, 'cross-site'],
  ]
  it.each(previews)('a function decides: site %s, origin %s: %s', (site, origin, verdict) => {
    expect(judge(['POST', site, origin], { trustedOrigins: preview })).toBe(verdict)
  })

  it('a function is never called with null, the origin of every sandboxed page', () => {
    const seen: unknown[] = []
    const trustedOrigins = (origin: string) => seen.push(origin) > 0
    for (const origin of ['null', null]) {
      expect(judge(['POST', 'cross-site', origin], { trustedOrigins })).toBe('cross-site')
    }
    expect(seen).toEqual([])
    expect(judge(['POST', 'cross-site', evil], { trustedOrigins })).toBe('trusted')
    expect(seen).toEqual([evil])
  })

  it.each<[what: string, answer: (origin: string) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['takes a URL apart', (origin) => new URL(origin).host === 'x'],
    ['returns a promise', () => Promise.resolve(true)],
    ['returns 1', () => 1],
    ['returns a text', () => 'true'],
    ['returns nothing', () => undefined],
    ['returns an object', () => ({})],
  ])('a function that %s trusts nothing', (_, answer) => {
    const trustedOrigins = answer as (origin: string) => boolean
    for (const origin of ['garbage', evil]) {
      expect(judge(['POST', 'cross-site', origin], { trustedOrigins })).toBe('cross-site')
    }
  })
})

describe('B7: a request without a usable URL', () => {
  it.each([
    'http://undefined/',
    'https://undefined/x',
    'http://undefined:8080/x',
    'http://undefined',
    'undefined',
    '/x',
    '',
    'https://',
    'https://.',
    'x://app.example',
  ])('%j: same-origin is trusted, all else is host-unknown', (url) => {
    expect(judge(['POST', 'same-origin', app], {}, { url })).toBe('trusted')
    expect(judge(['POST', 'none', null], {}, { url })).toBe('trusted')
    expect(judge(['POST', null, app], {}, { url })).toBe('host-unknown')
    expect(judge(['POST', null, 'http://undefined'], {}, { url })).toBe('host-unknown')
    expect(judge(['POST', null, 'https://undefined'], {}, { url })).toBe('host-unknown')
    expect(judge(['POST', null, null], {}, { url })).toBe('origin-missing')
    expect(judge(['POST', 'cross-site', evil], {}, { url })).toBe('cross-site')
    expect(judge(['POST', null, app], { host: 'app.example' }, { url })).toBe('trusted')
  })

  it('a host that only begins so is a host', () => {
    const url = 'https://undefined.example/'
    expect(judge(['POST', null, 'https://undefined.example'], {}, { url })).toBe('trusted')
  })

  it('each refusal is reported once, with its reason', () => {
    const reasons: string[] = []
    const check = originRule({}, true, (reason) => reasons.push(reason))
    const ask = (url: string, origin: string) =>
      check({ method: 'POST', url, headers: new Headers({ Origin: origin }) })
    ask('http://undefined/', app)
    ask('http://app.example/', 'http://app.example')
    ask('http://app.example/', evil)
    expect(reasons).toEqual(['host-unknown', 'origin-insecure', 'origin-mismatch'])
  })
})

describe('isSafe()', () => {
  it('knows a WebSocket handshake, which is a GET, from a page view', () => {
    const headers = (init: Record<string, string>) => new Headers(init)
    expect(isSafe({ method: 'GET', headers: headers({}) })).toBe(true)
    expect(isSafe({ method: 'GET', headers: headers({ Upgrade: 'h2c' }) })).toBe(true)
    expect(isSafe({ method: 'GET', headers: headers({ Upgrade: 'websocket' }) })).toBe(false)
    for (const method of ['POST', 'xGET', 'GETx', '']) {
      expect(isSafe({ method, headers: headers({}) })).toBe(false)
    }
  })
})

describe('B: `allowedSubdomains: "*"` without a base domain', () => {
  type Case = [url: string, origin: string, trusted: boolean, because: string]
  it.each<Case>([
    ['https://example.com/', 'https://a.example.com', true, 'it is below our own host'],
    ['http://localhost/', 'http://a.localhost', true, 'it is below localhost'],
    [
      'http://app/',
      'https://evil.app',
      false,
      'a proxy sends the name of its upstream, also a TLD',
    ],
    ['http://services/', 'https://evil.services', false, 'a name without a dot has no owner'],
  ])('at %s, %s is %s: %s', (url, origin, trusted) => {
    const headers = new Headers({ Origin: origin, Upgrade: 'websocket' })
    const check = originRule({ allowedSubdomains: '*' }, true)
    expect(check({ method: 'GET', url, headers }).trusted).toBe(trusted)
  })
})
