/** The CSRF rule: safe methods, Fetch Metadata, Origin. */
import { describe, expect, it } from 'vitest'
import { app, evil, resultOf, sibling } from '../test/origin.ts'
import { type CsrfProtection, isSafe, originRule } from './csrf.ts'

type Case = [
  method: string,
  site: string | null,
  origin: string | null,
  result: string,
  because: string,
]

describe('[T01] [T07] [T10] originRule()', () => {
  const cases: Case[] = [
    ['GET', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['HEAD', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['OPTIONS', 'cross-site', evil, 'trusted', 'a preflight changes nothing'],
    ['TRACE', 'cross-site', evil, 'trusted', 'a safe method changes nothing'],
    ['get', 'cross-site', evil, 'cross-site', 'methods are compared with their case'],
    ['QUERY', 'cross-site', evil, 'cross-site', 'an unknown method is not safe'],
    ['POST', 'same-origin', app, 'trusted', 'the app’s own page sent it'],
    ['POST', 'same-origin', null, 'trusted', 'the browser confirms it'],
    [
      'POST',
      'same-origin',
      'null',
      'trusted',
      'the app’s own page has Referrer-Policy: no-referrer',
    ],
    [
      'POST',
      'same-origin',
      evil,
      'trusted',
      'no page can send the header, and a proxy rewrites hosts',
    ],
    ['POST', 'same-site', sibling, 'cross-site', 'a sibling host is another origin'],
    ['POST', 'same-site', app, 'cross-site', 'a redirect went through another host'],
    ['POST', 'same-site', null, 'cross-site', 'the sibling is unknown'],
    ['POST', 'same-site', 'null', 'cross-site', 'the sibling is unknown'],
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
    ['POST', null, app, 'trusted', 'an old browser also sends Origin'],
    ['POST', null, evil, 'origin-mismatch', 'an old browser also sends Origin'],
    ['POST', null, 'http://app.example', 'origin-insecure', 'the scheme counts'],
    ['POST', null, 'https://app.example:8443', 'origin-mismatch', 'the port counts'],
    ['POST', null, 'https://app.example.evil.example', 'origin-mismatch', 'compared as a whole'],
    ['POST', null, 'https://app.example/', 'origin-mismatch', 'an origin has no path'],
    ['POST', null, `${app}, ${evil}`, 'origin-mismatch', 'two headers were joined'],
    ['POST', null, 'null', 'origin-mismatch', 'null is not the app’s own origin'],
    ['POST', null, '', 'origin-missing', 'an empty header is no origin'],
    ['POST', null, 'garbage', 'origin-mismatch', 'it is not the app’s own origin'],
    ['POST', null, null, 'origin-missing', 'every browser sends one of the two with a POST'],
    ['CONNECT', null, null, 'origin-missing', 'it is not safe'],
  ]
  it.each(cases)('%s, site %j, origin %j: %s, because %s', (method, site, origin, result) => {
    expect(resultOf([method, site, origin])).toBe(result)
  })

  const handshakes: Case[] = [
    ['GET', null, app, 'trusted', 'the app’s own page opens it'],
    ['GET', null, evil, 'origin-mismatch', 'another page opens it with the app’s cookie'],
    ['GET', null, sibling, 'origin-mismatch', 'a sibling page opens it with the app’s cookie'],
    ['GET', null, 'null', 'origin-mismatch', 'an opaque page opens it'],
    ['GET', null, null, 'origin-missing', 'every browser sends the page’s origin'],
    ['GET', 'same-origin', evil, 'origin-mismatch', 'only Origin decides'],
    ['GET', 'same-origin', null, 'origin-missing', 'only Origin decides'],
  ]
  it.each(handshakes)('[T05] WebSocket: %s, site %j, origin %j: %s, because %s', (...one) => {
    const [method, site, origin, result] = one
    for (const Upgrade of ['websocket', 'WebSocket', 'h2c, websocket']) {
      expect(resultOf([method, site, origin], {}, { headers: { Upgrade } })).toBe(result)
    }
  })

  it('P5: [T04] refuses also without a cookie, so that login CSRF is covered', () => {
    expect(resultOf(['POST', 'cross-site', evil], {}, { headers: {} })).toBe('cross-site')
  })

  it('trusts every request when turned off, also WebSockets', () => {
    expect(resultOf(['POST', 'cross-site', evil], false)).toBe('trusted')
    const headers = { Upgrade: 'websocket' }
    expect(resultOf(['GET', null, evil], false, { headers })).toBe('trusted')
  })

  it('trusts a listed origin from any site, compared as a whole string', () => {
    const options = { trustedOrigins: [evil] }
    expect(resultOf(['POST', 'cross-site', evil], options)).toBe('trusted')
    expect(resultOf(['POST', null, evil], options)).toBe('trusted')
    expect(resultOf(['POST', null, `${evil}:8443`], options)).toBe('origin-mismatch')
    expect(resultOf(['POST', null, 'https://xevil.example'], options)).toBe('origin-mismatch')
    const headers = { Upgrade: 'websocket' }
    expect(resultOf(['GET', null, evil], options, { headers })).toBe('trusted')
  })
})

describe('originRule(), options', () => {
  const wrong: [options: CsrfProtection, because: string][] = [
    [{ trustedOrigins: ['https://a.example/'] }, 'a path'],
    [{ trustedOrigins: ['https://a.example/x'] }, 'a path'],
    [{ trustedOrigins: ['a.example'] }, 'no scheme'],
    [{ trustedOrigins: ['null'] }, 'null is not the app’s own origin'],
    [{ trustedOrigins: [''] }, 'empty'],
    [{ trustedOrigins: ['*'] }, 'wildcards are not supported'],
    [{ trustedOrigins: ['https://A.example'] }, 'browsers send lower case'],
    [{ trustedOrigins: ['https://a.example:443'] }, 'browsers leave out the default port'],
    [{ host: 'https://a.example' }, 'a scheme'],
    [{ host: '' }, 'empty'],
    [{ baseDomain: '', allowedSubdomains: '*' }, 'empty, which would trust every origin'],
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
  it('[T08] is false for a WebSocket handshake and for every other method', () => {
    const headers = (init: Record<string, string>) => new Headers(init)
    expect(isSafe({ method: 'GET', headers: headers({}) })).toBe(true)
    expect(isSafe({ method: 'GET', headers: headers({ Upgrade: 'h2c' }) })).toBe(true)
    expect(isSafe({ method: 'GET', headers: headers({ Upgrade: 'websocket' }) })).toBe(false)
    for (const method of ['POST', 'xGET', 'GETx', '']) {
      expect(isSafe({ method, headers: headers({}) })).toBe(false)
    }
  })
})
