/** The CSRF rule: allowedSubdomains and baseDomain. */
import { describe, expect, it } from 'vitest'
import { resultOf } from '../test/origin.ts'
import { type CsrfProtection, originRule } from './csrf.ts'

describe('originRule(), allowed subdomains', () => {
  type Case = [
    allowed: '*' | (string | null)[],
    base: string | undefined,
    origin: string,
    result: boolean,
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
      expect(resultOf(['POST', site, origin], options) === 'trusted', String(site)).toBe(trusted)
    }
    expect(resultOf(['POST', 'cross-site', origin], options)).toBe('cross-site')
  })

  it.each(['workers.dev', 'pages.dev', 'deno.net', 'co.uk'])(
    'does not trust siblings on %s by accident',
    (suffix) => {
      const url = `https://mine.${suffix}`
      const origin = `https://evil.${suffix}`
      const options: CsrfProtection = { allowedSubdomains: '*' }
      expect(resultOf(['POST', 'same-site', origin], options, { url })).toBe('cross-site')
      expect(resultOf(['POST', null, origin], options, { url })).toBe('origin-mismatch')
    },
  )
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
