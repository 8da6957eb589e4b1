/**
 * The cases with which Go's `net/http` tests its CrossOriginProtection: Go's result, Limen's result, and
 * the reason where they differ.
 *
 * @see {@link https://pkg.go.dev/net/http#CrossOriginProtection Go, CrossOriginProtection}
 */
import { describe, expect, it } from 'vitest'
import { originRule } from '../csrf.ts'

const own = 'https://example.com'
const loopback = 'http://127.0.0.1:8080'
const trusted = 'https://trusted.example'
const attacker = 'https://attacker.example'
const same = 'Go has the same rule'
const noPaths = 'no path is exempt: a callback has `unsafeSkipOriginCheck`'

type Go = 'allows' | 'denies'
type Case = [
  request: string,
  site: string | null,
  origin: string | null,
  go: Go,
  limen: string,
  because: string,
]

const fetchMetadata: Case[] = [
  ['POST /', 'same-origin', null, 'allows', 'trusted', same],
  ['POST /', 'none', null, 'allows', 'trusted', same],
  ['POST /', 'cross-site', null, 'denies', 'cross-site', same],
  ['POST /', 'same-site', null, 'denies', 'cross-site', same],
  ['POST /', null, null, 'allows', 'origin-missing', 'every browser sends Origin with a POST'],
  ['POST /', null, own, 'allows', 'trusted', same],
  ['POST /', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /', null, 'null', 'denies', 'origin-mismatch', same],
  ['GET /', 'cross-site', null, 'allows', 'trusted', same],
  ['HEAD /', 'cross-site', null, 'allows', 'trusted', same],
  ['OPTIONS /', 'cross-site', null, 'allows', 'trusted', same],
  ['PUT /', 'cross-site', null, 'denies', 'cross-site', same],
]

const trustedOrigins: Case[] = [
  ['POST /', null, trusted, 'allows', 'trusted', same],
  ['POST /', 'cross-site', trusted, 'allows', 'trusted', same],
  ['POST /', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /', 'cross-site', attacker, 'denies', 'cross-site', same],
]

/** In Go's test, `/bypass/` and one segment below `/only/` are exempt. */
const paths: Case[] = [
  ['POST /bypass/', null, attacker, 'allows', 'origin-mismatch', noPaths],
  ['POST /bypass/', 'cross-site', attacker, 'allows', 'cross-site', noPaths],
  ['POST /api/', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /api/', 'cross-site', attacker, 'denies', 'cross-site', same],
  ['POST /foo/../bypass/bar', null, attacker, 'allows', 'origin-mismatch', noPaths],
  ['POST /bypass', null, attacker, 'allows', 'origin-mismatch', noPaths],
  ['POST /foo/../api/bar', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /api', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /only/123', null, attacker, 'allows', 'origin-mismatch', noPaths],
  ['POST /only/123/foo', null, attacker, 'denies', 'origin-mismatch', same],
]

/** A server on a loopback address, over plain http. */
const onLoopback: Case[] = [
  ['POST /', 'cross-site', attacker, 'denies', 'cross-site', same],
  ['POST /', 'same-origin', null, 'allows', 'trusted', same],
  ['POST /', null, loopback, 'allows', 'trusted', same],
  ['POST /', null, trusted, 'allows', 'trusted', same],
  ['POST /', null, attacker, 'denies', 'origin-mismatch', same],
  ['POST /bypass/', null, attacker, 'allows', 'origin-mismatch', noPaths],
]

/** Cases that Go's tests do not have. Its documentation and source determine the result. */
const documented: Case[] = [
  ['POST /', null, 'http://example.com', 'allows', 'origin-insecure', 'the scheme counts'],
  ['POST /', 'same-origin', attacker, 'allows', 'trusted', same],
  ['POST /', 'garbage', own, 'denies', 'cross-site', same],
  ['POST /', null, 'https://example.com:8443', 'denies', 'origin-mismatch', same],
  ['POST /', null, `${own}/path`, 'allows', 'origin-mismatch', 'an origin has no path'],
  ['get /', 'cross-site', null, 'denies', 'cross-site', same],
  ['TRACE /', 'cross-site', null, 'denies', 'trusted', 'it is safe, and no page can send it'],
  ['UPGRADE /', null, attacker, 'allows', 'origin-mismatch', 'a WebSocket carries the cookie'],
  ['UPGRADE /', null, null, 'allows', 'origin-missing', 'every browser sends the page’s origin'],
]

const all = [fetchMetadata, trustedOrigins, paths, documented]

describe('[T01] originRule(), with the cases of Go’s CrossOriginProtection', () => {
  const title = '%s, site %s, origin %s: Go %s, Limen %s, because %s'
  it.each(all.flat())(title, (...row) => expect(resultOf(own, row)).toBe(row[4]))
  it.each(onLoopback)(`on loopback, ${title}`, (...row) => {
    expect(resultOf(loopback, row)).toBe(row[4])
  })

  it('is never laxer, except for requests that no page can send', () => {
    const rows = [...all.flat(), ...onLoopback]
    const laxer = rows.filter((row) => row[3] === 'denies' && row[4] === 'trusted')
    expect(laxer.map(([request]) => request)).toEqual(['TRACE /'])
    for (const [request, , , go, limen, because] of rows) {
      const isSame = (go === 'allows') === (limen === 'trusted')
      expect(because === same, `${request}: ${because}`).toBe(isSame)
    }
  })
})

describe('trustedOrigins, with the cases of Go’s AddTrustedOrigin', () => {
  const cases: [origin: string, accepted: boolean, because: string][] = [
    ['https://example.com', true, 'it is an origin'],
    ['https://example.com:8080', true, 'it is an origin with a port'],
    ['http://example.com', true, 'http is a scheme too'],
    ['example.com', false, 'the scheme is missing'],
    ['https://', false, 'the host is missing'],
    ['https://example.com/', false, 'an origin has no path, not even /'],
    ['https://example.com/path', false, 'an origin has no path'],
    ['https://example.com?query=value', false, 'an origin has no query'],
    ['https://example.com#fragment', false, 'an origin has no fragment'],
    ['https://ex ample.com', false, 'it is not a URL'],
    ['', false, 'it is empty'],
    ['null', false, 'it is no origin of a site'],
  ]
  it.each(cases)('%j is accepted: %s, because %s', (origin, accepted) => {
    const make = () => originRule({ trustedOrigins: [origin] }, true)
    if (accepted) expect(make).not.toThrow()
    else expect(make).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG' }))
  })
})

function resultOf(origin: string, [request, site, from]: Case): string {
  const [verb = '', path = ''] = request.split(' ')
  const isHandshake = verb === 'UPGRADE'
  const headers = new Headers(isHandshake ? { Upgrade: 'websocket' } : {})
  if (site !== null) headers.set('Sec-Fetch-Site', site)
  if (from !== null) headers.set('Origin', from)
  const check = originRule({ trustedOrigins: [trusted] }, true)
  const result = check({ method: isHandshake ? 'GET' : verb, url: origin + path, headers })
  return result.trusted ? 'trusted' : result.reason
}
