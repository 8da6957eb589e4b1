/** The CSRF rule: the app's own host, behind proxies and over http. */
import { describe, expect, it } from 'vitest'
import { app, evil, resultOf, sibling } from '../test/origin.ts'
import { type CsrfProtection, originRule } from './csrf.ts'

describe('[T13] originRule(), the app’s own origin', () => {
  type Case = [
    url: string,
    origin: string,
    options: CsrfProtection,
    headers: Record<string, string>,
    result: string,
    because: string,
  ]
  const header = { hostHeader: 'X-Forwarded-Host' }
  const cases: Case[] = [
    ['http://app.example/x', app, {}, {}, 'trusted', 'secure makes the own scheme https'],
    [
      'http://app.example/x',
      'http://app.example',
      {},
      {},
      'origin-insecure',
      'secure makes the own scheme https',
    ],
    [
      'http://app.example:8080/x',
      'https://app.example:8080',
      {},
      {},
      'trusted',
      'the port of the URL counts',
    ],
    ['HTTPS://APP.example:443/x', app, {}, {}, 'trusted', 'URLs are normalised'],
    ['http://localhost:8787/', 'http://localhost:8787', {}, {}, 'trusted', 'loopback can be http'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787', {}, {}, 'trusted', 'loopback can be http'],
    ['http://[::1]:8787/', 'http://[::1]:8787', {}, {}, 'trusted', 'loopback can be http'],
    [
      'http://app.localhost/',
      'http://app.localhost',
      {},
      {},
      'trusted',
      'names below localhost are loopback',
    ],
    [
      'https://localhost:8787/',
      'https://localhost:8787',
      {},
      {},
      'trusted',
      'loopback can be https',
    ],
    [
      'http://localhost:8787/',
      'http://127.0.0.1:8787',
      {},
      {},
      'origin-mismatch',
      'two names of loopback are two origins',
    ],
    [
      'http://127.corp.example/',
      'http://127.corp.example',
      {},
      {},
      'origin-insecure',
      'a name is no loopback address',
    ],
    [
      'http://localhost.evil.example/',
      'http://localhost.evil.example',
      {},
      {},
      'origin-insecure',
      'only the last label is localhost',
    ],
    [
      'http://notlocalhost/',
      'https://notlocalhost',
      {},
      {},
      'trusted',
      'it is not loopback, so the own scheme is https',
    ],
    [
      'http://10.127.0.1/',
      'https://10.127.0.1',
      {},
      {},
      'trusted',
      'it is not loopback, so the own scheme is https',
    ],
    [
      'http://x/',
      'http://localhost:8787',
      { host: 'localhost:8787' },
      {},
      'trusted',
      'a configured loopback host can be http',
    ],
    [
      'http://10.0.0.7/',
      app,
      { host: 'app.example' },
      {},
      'trusted',
      'host replaces the host of the URL',
    ],
    [
      'http://10.0.0.7/',
      'https://10.0.0.7',
      { host: 'app.example' },
      {},
      'origin-mismatch',
      'host replaces the host of the URL',
    ],
    [
      'http://x/',
      'https://app.example:8443',
      { host: 'app.example:8443' },
      {},
      'trusted',
      'host can have a port',
    ],
    [
      'http://x/',
      app,
      header,
      { 'X-Forwarded-Host': 'app.example' },
      'trusted',
      'the header replaces the host of the URL',
    ],
    [
      'http://x/',
      'https://x',
      header,
      { 'X-Forwarded-Host': 'app.example' },
      'origin-mismatch',
      'the header replaces the host of the URL',
    ],
    ['http://x/', 'https://x', header, {}, 'host-unknown', 'the header is missing'],
    ['http://x/', app, header, { 'X-Forwarded-Host': '' }, 'host-unknown', 'the header is empty'],
    [
      'http://x/',
      app,
      header,
      { 'X-Forwarded-Host': 'a@app.example' },
      'host-unknown',
      'a host has no user',
    ],
    [
      'http://x/',
      app,
      header,
      { 'X-Forwarded-Host': 'app.example/x' },
      'host-unknown',
      'a host has no path',
    ],
    [
      'http://x/',
      app,
      header,
      { 'X-Forwarded-Host': 'app.example, x' },
      'host-unknown',
      'two proxies disagree',
    ],
    ['/relative', app, {}, {}, 'host-unknown', 'a relative URL has no host'],
    ['', app, {}, {}, 'host-unknown', 'there is no URL'],
    ['http://', app, {}, {}, 'host-unknown', 'the URL has no host'],
    ['ftp://app.example/http://x', app, {}, {}, 'host-unknown', 'the scheme is not http or https'],
    ['data:text/html,x', 'null', {}, {}, 'host-unknown', 'the URL has no host'],
  ]
  it.each(cases)(
    '%s, origin %s, %j, %j: %s, because %s',
    (url, origin, options, headers, result) => {
      expect(resultOf(['POST', null, origin], options, { url, headers })).toBe(result)
    },
  )

  it('uses http as the own scheme without `secure`', () => {
    const sent = { url: 'http://dev.lan:8787/' }
    expect(resultOf(['POST', null, 'http://dev.lan:8787'], {}, sent, false)).toBe('trusted')
    expect(resultOf(['POST', null, 'https://dev.lan:8787'], {}, sent, false)).toBe(
      'origin-mismatch',
    )
    const https = { url: 'https://dev.lan/' }
    expect(resultOf(['POST', null, 'https://dev.lan'], {}, https, false)).toBe('trusted')
  })

  it('refuses a request without URL unless a host is configured', () => {
    const headers = new Headers({ Origin: app })
    const request = { method: 'POST', headers }
    expect(originRule({}, true)(request)).toEqual({ trusted: false, reason: 'host-unknown' })
    expect(originRule({ host: 'app.example' }, true)(request)).toEqual({ trusted: true })
  })
})

describe('B1: Sec-Fetch-Site: same-origin', () => {
  const urls: [url: string, origin: string | null, because: string][] = [
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
    ['http://x/', '', 'an empty header is no origin'],
    ['http://x/', 'garbage', 'the browser outranks it'],
    ['http://x/', evil, 'the browser outranks it'],
  ]
  it.each(urls)('is trusted at %j with origin %j, because %s', (url, origin) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'QUERY', 'get']) {
      for (const secure of [true, false]) {
        expect(resultOf([method, 'same-origin', origin], {}, { url }, secure)).toBe('trusted')
      }
    }
  })

  const configured: [origin: string | null, result: string, because: string][] = [
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
    (origin, result) => {
      const url = 'http://x/'
      const headers = { 'X-Forwarded-Host': 'app.example' }
      const forwarded = { hostHeader: 'X-Forwarded-Host' }
      expect(resultOf(['POST', 'same-origin', origin], { host: 'app.example' }, { url })).toBe(
        result,
      )
      expect(resultOf(['POST', 'same-origin', origin], forwarded, { url, headers })).toBe(result)
    },
  )

  it('with a configured host trusts a listed origin, and no subdomain of it', () => {
    const options: CsrfProtection = {
      host: 'app.example',
      trustedOrigins: ['https://partner.example'],
      allowedSubdomains: '*',
    }
    const origin = 'https://partner.example'
    expect(resultOf(['POST', 'same-origin', origin], options)).toBe('trusted')
    expect(resultOf(['POST', 'same-origin', 'https://x.app.example'], options)).toBe(
      'origin-mismatch',
    )
  })

  it('[T05] is ignored on a WebSocket handshake, where only Origin decides', () => {
    const headers = { Upgrade: 'websocket' }
    expect(resultOf(['GET', 'same-origin', evil], {}, { headers })).toBe('origin-mismatch')
    expect(resultOf(['GET', 'same-origin', null], {}, { headers })).toBe('origin-missing')
    expect(resultOf(['GET', 'cross-site', app], {}, { headers })).toBe('trusted')
  })
})

describe('B2: Sec-Fetch-Site: none', () => {
  const cases: [origin: string | null, result: string, because: string][] = [
    [null, 'trusted', 'a share target sends no Origin'],
    ['null', 'trusted', 'a share target sends Origin: null'],
    [app, 'trusted', 'it is the app’s own'],
    [evil, 'origin-mismatch', 'it is not the app’s own'],
    [sibling, 'origin-mismatch', 'it is not the app’s own'],
    ['http://app.example', 'origin-insecure', 'the scheme counts'],
    ['', 'origin-missing', 'an empty header is not absent'],
  ]
  it.each(cases)('with origin %j is %s, because %s', (origin, result) => {
    expect(resultOf(['POST', 'none', origin])).toBe(result)
    expect(resultOf(['POST', 'none', origin], { host: 'app.example' }, { url: 'http://x/' })).toBe(
      result,
    )
  })

  it('without a usable URL is trusted only without Origin', () => {
    expect(resultOf(['POST', 'none', null], {}, { url: '/x' })).toBe('trusted')
    expect(resultOf(['POST', 'none', app], {}, { url: '/x' })).toBe('host-unknown')
  })
})

describe('B3: the normalisation of a host', () => {
  const hosts: [text: string, result: string, because: string][] = [
    ['app.example', 'trusted', 'it is the app’s own'],
    ['app.example:443', 'trusted', 'it is the default port of the scheme'],
    ['APP.Example', 'trusted', 'hosts are compared without case'],
    [' app.example ', 'trusted', 'blanks are trimmed'],
    ['app.example, app.example', 'trusted', 'equal items collapse'],
    ['app.example,app.example,APP.example:443', 'trusted', 'equal items collapse'],
    ['app.example, evil.example', 'host-unknown', 'different items are refused'],
    ['evil.example, app.example', 'host-unknown', 'different items are refused'],
    ['app.example,', 'host-unknown', 'an item is empty'],
    [',app.example', 'host-unknown', 'an item is empty'],
    ['app.example:8443', 'origin-mismatch', 'the port counts'],
    ['app.example:80', 'origin-mismatch', 'it is the default port of another scheme'],
    ['app.example:99999', 'host-unknown', 'it is not a port'],
    ['app.example/', 'host-unknown', 'it has a path'],
    ['app.example?x', 'host-unknown', 'it has a query'],
    ['app.example#x', 'host-unknown', 'it has a fragment'],
    ['app.example\\x', 'host-unknown', 'URLs parse it as a path'],
    ['https://app.example', 'host-unknown', 'it has a scheme'],
    ['evil@app.example', 'host-unknown', 'it has a user'],
    ['app example', 'host-unknown', 'it has a blank'],
    ['undefined', 'host-unknown', 'Node writes it for a missing host'],
    ['', 'host-unknown', 'it is empty'],
  ]
  it.each(hosts)('header %j: %s, because %s', (text, result) => {
    const options = { hostHeader: 'X-Forwarded-Host' }
    const values = new Map([
      ['X-Forwarded-Host', text],
      ['Origin', app],
    ])
    const headers = { get: (name: string) => values.get(name) ?? null }
    const checked = originRule(options, true)({ method: 'POST', url: 'http://x/', headers })
    expect(checked).toEqual(
      result === 'trusted' ? { trusted: true } : { trusted: false, reason: result },
    )
  })

  it.each(['app.example', 'app.example:443', 'APP.example'])('option host: %j', (host) => {
    expect(resultOf(['POST', null, app], { host }, { url: 'http://x/' })).toBe('trusted')
    expect(resultOf(['POST', null, 'https://x'], { host }, { url: 'http://x/' })).toBe(
      'origin-mismatch',
    )
  })

  it('accepts the default port of http without `secure`', () => {
    const options = { hostHeader: 'X-Forwarded-Host' }
    const sent = { url: 'http://x/', headers: { 'X-Forwarded-Host': 'dev.lan:80' } }
    expect(resultOf(['POST', null, 'http://dev.lan'], options, sent, false)).toBe('trusted')
  })
})

describe('B4: [T11] a form over plain http', () => {
  it.each(['http://192.168.0.7:8787', 'http://dev.lan', 'http://app.example'])(
    '%s is origin-insecure with `secure`, and trusted without `secure`',
    (own) => {
      const sent = { url: `${own}/form` }
      for (const site of [null, 'none']) {
        expect(resultOf(['POST', site, own], {}, sent)).toBe('origin-insecure')
        expect(resultOf(['POST', site, own], {}, sent, false)).toBe('trusted')
      }
      expect(resultOf(['POST', null, evil], {}, sent)).toBe('origin-mismatch')
      expect(resultOf(['POST', 'cross-site', own], {}, sent)).toBe('cross-site')
    },
  )
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
  ])('%j: same-origin is trusted, everything else is host-unknown', (url) => {
    expect(resultOf(['POST', 'same-origin', app], {}, { url })).toBe('trusted')
    expect(resultOf(['POST', 'none', null], {}, { url })).toBe('trusted')
    expect(resultOf(['POST', null, app], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, 'http://undefined'], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, 'https://undefined'], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, null], {}, { url })).toBe('origin-missing')
    expect(resultOf(['POST', 'cross-site', evil], {}, { url })).toBe('cross-site')
    expect(resultOf(['POST', null, app], { host: 'app.example' }, { url })).toBe('trusted')
  })

  it('a host that begins with undefined is usable', () => {
    const url = 'https://undefined.example/'
    expect(resultOf(['POST', null, 'https://undefined.example'], {}, { url })).toBe('trusted')
  })

  it('each refusal is passed to onRefusal once, with its reason', () => {
    const reasons: string[] = []
    const check = originRule({}, true, (reason) => reasons.push(reason))
    const send = (url: string, origin: string) =>
      check({ method: 'POST', url, headers: new Headers({ Origin: origin }) })
    send('http://undefined/', app)
    send('http://app.example/', 'http://app.example')
    send('http://app.example/', evil)
    expect(reasons).toEqual(['host-unknown', 'origin-insecure', 'origin-mismatch'])
  })
})
