/** The CSRF rule: allowedSubdomains and baseDomain. */
import { describe, expect, it } from 'vitest'
import { resultOf } from '../test/origin.ts'
import { type CsrfProtection, originRule } from './csrf.ts'

describe('[T02] originRule(), allowed subdomains', () => {
  type Case = [
    allowed: '*' | (string | null)[],
    base: string | undefined,
    origin: string,
    trusted: boolean,
    because: string,
  ]
  const cases: Case[] = [
    ['*', undefined, 'https://x.app.example', true, 'it is below the own host'],
    ['*', undefined, 'https://y.x.app.example', true, 'it is two labels below the own host'],
    ['*', undefined, 'https://b.example', false, 'it is a sibling of the own host'],
    ['*', undefined, 'https://example', false, 'it is above the own host'],
    ['*', undefined, 'https://xapp.example', false, 'a label is compared as a whole'],
    ['*', undefined, 'https://.app.example', false, 'it has an empty label'],
    ['*', undefined, 'https://evil.example/.app.example', false, 'an origin has no path'],
    ['*', undefined, 'https://evil.example?.app.example', false, 'an origin has no query'],
    ['*', undefined, 'https://u@x.app.example', false, 'an origin has no user'],
    ['*', undefined, 'http://x.app.example', false, 'the scheme is not the own scheme'],
    ['*', undefined, 'https://x.app.example:8443', false, 'the port is not the own port'],
    ['*', 'example', 'https://b.example', true, 'it is below the base domain'],
    ['*', 'example', 'https://example', false, 'it is the base domain itself'],
    [['b', null], 'example', 'https://b.example', true, 'its name is listed'],
    [['b', null], 'example', 'https://example', true, 'null is the base domain'],
    [['b'], 'example', 'https://example', false, 'null is not listed'],
    [['b'], 'example', 'https://x.b.example', false, 'a name does not include what is below it'],
    [['x.b'], 'example', 'https://x.b.example', true, 'a name can have several labels'],
    [['b'], 'example', 'https://evil.example', false, 'its name is not listed'],
    [[], 'example', 'https://b.example', false, 'the list is empty'],
  ]
  it.each(cases)(
    '%j below %s: %s is trusted: %s, because %s',
    (allowedSubdomains, baseDomain, origin, trusted) => {
      const options = { allowedSubdomains, baseDomain }
      for (const site of ['same-site', null]) {
        expect(resultOf(['POST', site, origin], options) === 'trusted', String(site)).toBe(trusted)
      }
      expect(resultOf(['POST', 'cross-site', origin], options)).toBe('cross-site')
    },
  )

  it.each(['workers.dev', 'pages.dev', 'deno.net', 'co.uk'])(
    '[T03] does not trust siblings on %s by default',
    (suffix) => {
      const url = `https://mine.${suffix}`
      const origin = `https://evil.${suffix}`
      const options: CsrfProtection = { allowedSubdomains: '*' }
      expect(resultOf(['POST', 'same-site', origin], options, { url })).toBe('cross-site')
      expect(resultOf(['POST', null, origin], options, { url })).toBe('origin-mismatch')
    },
  )
})

describe('B: [T03] `allowedSubdomains: "*"` without a base domain', () => {
  type Case = [url: string, origin: string, trusted: boolean, because: string]
  it.each<Case>([
    ['https://example.com/', 'https://a.example.com', true, 'it is below the app’s own host'],
    ['http://localhost/', 'http://a.localhost', true, 'it is below localhost'],
    [
      'http://app/',
      'https://evil.app',
      false,
      'the upstream name that a proxy sends can be a top-level domain',
    ],
    [
      'http://services/',
      'https://evil.services',
      false,
      'a name without a dot can be a top-level domain',
    ],
  ])('at %s, %s is %s: %s', (url, origin, trusted) => {
    const headers = new Headers({ Origin: origin, Upgrade: 'websocket' })
    const check = originRule({ allowedSubdomains: '*' }, true)
    expect(check({ method: 'GET', url, headers }).trusted).toBe(trusted)
  })
})
