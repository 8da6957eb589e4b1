/** The CSRF rule: the app's own host, behind proxies and over http. */
import { describe, expect, it } from 'vitest'
import { app, evil, resultOf, sibling } from '../test/origin.ts'
import { type CsrfProtection, originRule } from './csrf.ts'

describe('originRule(), our own origin', () => {
  type Case = [
    url: string,
    origin: string,
    options: CsrfProtection,
    headers: Record<string, string>,
    result: string,
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
  it.each(cases)('%s, origin %s, %j, %j: %s', (url, origin, options, headers, result) => {
    expect(resultOf(['POST', null, origin], options, { url, headers })).toBe(result)
  })

  it('keeps http as our scheme without `secure`', () => {
    const sent = { url: 'http://dev.lan:8787/' }
    expect(resultOf(['POST', null, 'http://dev.lan:8787'], {}, sent, false)).toBe('trusted')
    expect(resultOf(['POST', null, 'https://dev.lan:8787'], {}, sent, false)).toBe(
      'origin-mismatch',
    )
    const https = { url: 'https://dev.lan/' }
    expect(resultOf(['POST', null, 'https://dev.lan'], {}, https, false)).toBe('trusted')
  })

  it('refuses a request without URL where no host is configured', () => {
    const headers = new Headers({ Origin: app })
    const request = { method: 'POST', headers }
    expect(originRule({}, true)(request)).toEqual({ trusted: false, reason: 'host-unknown' })
    expect(originRule({ host: 'app.example' }, true)(request)).toEqual({ trusted: true })
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

  it('with a configured host trusts an origin of the list, and no subdomain of it', () => {
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

  it('does not count with a WebSocket handshake, whose Origin alone decides', () => {
    const headers = { Upgrade: 'websocket' }
    expect(resultOf(['GET', 'same-origin', evil], {}, { headers })).toBe('origin-mismatch')
    expect(resultOf(['GET', 'same-origin', null], {}, { headers })).toBe('origin-missing')
    expect(resultOf(['GET', 'cross-site', app], {}, { headers })).toBe('trusted')
  })
})

describe('B2: Sec-Fetch-Site: none', () => {
  const cases: [origin: string | null, result: string, because: string][] = [
    [null, 'trusted', 'a share target sends no Origin'],
    ['null', 'trusted', 'a share target hides its Origin'],
    [app, 'trusted', 'it is our own'],
    [evil, 'origin-mismatch', 'it is not our own'],
    [sibling, 'origin-mismatch', 'it is not our own'],
    ['http://app.example', 'origin-insecure', 'the scheme counts'],
    ['', 'origin-missing', 'an empty header is not absent'],
  ]
  it.each(cases)('with origin %j is %s, because %s', (origin, result) => {
    expect(resultOf(['POST', 'none', origin])).toBe(result)
    expect(resultOf(['POST', 'none', origin], { host: 'app.example' }, { url: 'http://x/' })).toBe(
      result,
    )
  })

  it('with no usable URL and no Origin is trusted, and with one is not', () => {
    expect(resultOf(['POST', 'none', null], {}, { url: '/x' })).toBe('trusted')
    expect(resultOf(['POST', 'none', app], {}, { url: '/x' })).toBe('host-unknown')
  })
})

describe('B3: a host is normalised before it is compared', () => {
  const hosts: [text: string, result: string, because: string][] = [
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

  it('takes the default port of http without `secure`', () => {
    const options = { hostHeader: 'X-Forwarded-Host' }
    const sent = { url: 'http://x/', headers: { 'X-Forwarded-Host': 'dev.lan:80' } }
    expect(resultOf(['POST', null, 'http://dev.lan'], options, sent, false)).toBe('trusted')
  })
})

describe('B4: a form over plain http', () => {
  it.each(['http://192.168.0.7:8787', 'http://dev.lan', 'http://app.example'])(
    '%s is origin-insecure with `secure`, and trusted without',
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
  ])('%j: same-origin is trusted, all else is host-unknown', (url) => {
    expect(resultOf(['POST', 'same-origin', app], {}, { url })).toBe('trusted')
    expect(resultOf(['POST', 'none', null], {}, { url })).toBe('trusted')
    expect(resultOf(['POST', null, app], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, 'http://undefined'], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, 'https://undefined'], {}, { url })).toBe('host-unknown')
    expect(resultOf(['POST', null, null], {}, { url })).toBe('origin-missing')
    expect(resultOf(['POST', 'cross-site', evil], {}, { url })).toBe('cross-site')
    expect(resultOf(['POST', null, app], { host: 'app.example' }, { url })).toBe('trusted')
  })

  it('a host that only begins so is a host', () => {
    const url = 'https://undefined.example/'
    expect(resultOf(['POST', null, 'https://undefined.example'], {}, { url })).toBe('trusted')
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
