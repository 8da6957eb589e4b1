import { describe, expect, it } from 'vitest'
import { APP, COOKIE, createApp } from '../../test/app.ts'

type Sent = { method?: string; url?: string; headers?: Record<string, string> }

const big = 'x'.repeat(200_000)
const token = `${'t'.repeat(22)}.${'t'.repeat(43)}`

const cases: [what: string, sent: Sent][] = [
  ['no header at all', {}],
  ['an empty Cookie header', { headers: { Cookie: '' } }],
  ['a Cookie header of 200 kB', { headers: { Cookie: `${COOKIE}=${token}; a=${big}` } }],
  ['a session cookie of 200 kB', { headers: { Cookie: `${COOKIE}=${big}` } }],
  ['a million semicolons', { headers: { Cookie: ';'.repeat(1_000_000) } }],
  ['non-ASCII text', { headers: { Cookie: `${COOKIE}=tökén; ñ=ü` } }],
  ['a name without value', { headers: { Cookie: COOKIE } }],
  ['an empty value', { headers: { Cookie: `${COOKIE}=` } }],
  ['two values', { headers: { Cookie: `${COOKIE}=${token}; ${COOKIE}=${token}x` } }],
  ['joined by a comma', { headers: { Cookie: `a=b, ${COOKIE}=${token}` } }],
  ['followed by a comma', { headers: { Cookie: `${COOKIE}=${token}, a=b` } }],
  ['a quoted value', { headers: { Cookie: `${COOKIE}="${token}"` } }],
  ['RFC 2109 syntax', { headers: { Cookie: `$Version=1; ${COOKIE}="${token}"; $Path="/"` } }],
  ['0xA0 before the name', { headers: { Cookie: `\u00a0${COOKIE}=${token}` } }],
  ['0x85 before the name', { headers: { Cookie: `\u0085${COOKIE}=${token}` } }],
  ['percent-encoding', { headers: { Cookie: `${COOKIE}=${token.replace('.', '%2E')}` } }],
  ['a broken percent-encoding', { headers: { Cookie: `a=%E0%A4%A; ${COOKIE}=%` } }],
  ['a token one character short', { headers: { Cookie: `${COOKIE}=${token.slice(1)}` } }],
  ['a token one character long', { headers: { Cookie: `${COOKIE}=${token}t` } }],
  ['a token without dot', { headers: { Cookie: `${COOKIE}=${token.replace('.', 't')}` } }],
  [
    'a dot in another place',
    { headers: { Cookie: `${COOKIE}=t.${token.replace('.', '').slice(1)}` } },
  ],
  ['two dots', { headers: { Cookie: `${COOKIE}=${token.slice(0, -1)}.` } }],
  ['another alphabet', { headers: { Cookie: `${COOKIE}=${token.slice(0, -1)}+` } }],
  ['a blank inside', { headers: { Cookie: `${COOKIE}=${token.slice(0, -2)} t` } }],
  ['a prototype key', { headers: { Cookie: '__proto__=x; constructor=y; toString=z' } }],
  ['Origin: null', { method: 'POST', headers: { Origin: 'null' } }],
  ['a garbage Origin', { method: 'POST', headers: { Origin: '://%%%' } }],
  ['two Origins', { method: 'POST', headers: { Origin: `${APP}, https://evil.example` } }],
  ['an Origin of 200 kB', { method: 'POST', headers: { Origin: `https://${big}` } }],
  ['a garbage Sec-Fetch-Site', { method: 'POST', headers: { 'Sec-Fetch-Site': 'garbage' } }],
  ['a lower-case method', { method: 'get', headers: { Origin: APP } }],
  ['an odd method', { method: 'FOO BAR', headers: { Origin: APP } }],
  ['an empty method', { method: '', headers: { Origin: APP } }],
  ['a URL that cannot be parsed', { url: 'http://[', method: 'POST', headers: { Origin: APP } }],
  ['a relative URL', { url: '/page', method: 'POST', headers: { Origin: APP } }],
  ['an empty URL', { url: '', method: 'POST', headers: { Origin: APP } }],
  ['a garbage Authorization', { headers: { Authorization: 'Bearer \u00e4 \u00e4' } }],
  ['an Authorization of 200 kB', { headers: { Authorization: `Bearer ${big}` } }],
]

describe('P6: [T29] [T46] a malformed request never makes core throw or read the store', () => {
  it.each(cases)('%s', async (_, { method = 'GET', url = APP, headers = {} }) => {
    const { auth, calls, open } = createApp()
    const values = new Map(
      Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]),
    )
    const request = {
      method,
      url,
      headers: { get: (name: string) => values.get(name.toLowerCase()) ?? null },
    }
    const { authRequest, sent } = open(request)

    expect(await authRequest.validate()).toBeNull()
    expect(await auth.handleRequest(request).validate()).toBeNull()
    expect(await authRequest.validateBearerToken()).toBeNull()
    expect(typeof authRequest.origin.trusted).toBe('boolean')
    expect(() => auth.readSessionCookie(request)).not.toThrow()
    expect(() => auth.readBearerToken(request)).not.toThrow()
    expect(calls).toEqual([])
    expect(sent()).toEqual([])
  })

  it('[T19] also with U+2000 before the name, which the runtime decoded', async () => {
    const { calls, open } = createApp()
    const headers = {
      get: (name: string) => (name === 'Cookie' ? `\u2000${COOKIE}=${token}` : null),
    }
    expect(await open({ method: 'GET', url: APP, headers }).authRequest.validate()).toBeNull()
    expect(calls).toEqual([])
  })
})
