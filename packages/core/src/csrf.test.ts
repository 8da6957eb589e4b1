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
    ['POST', 'same-origin', evil, 'trusted', 'no page can send the header, and a proxy rewrites hosts'],
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
