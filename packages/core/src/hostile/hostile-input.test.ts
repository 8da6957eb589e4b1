import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, createApp } from '../../test/app.ts'
import { type StoredCookie, cookieHeader, receive } from '../../test/browser.ts'
import { originRule } from '../csrf.ts'
import { AuthError } from '../error.ts'

// A failure prints its seed and its path: pass both to `fc.assert` to reproduce it.
const few = { numRuns: 300 }

const HEAD = 'abcdefghijklmnopqrstuv'
const WELL_FORMED = `${HEAD}.${'S'.repeat(43)}`

/** Checks without the library's expressions whether a text is a well-formed token. */
function isTokenShaped(text: string): boolean {
  const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const isBase64url = (part: string) => part.split('').every((letter) => base64url.includes(letter))
  const [id = '', secret = '', ...more] = text.split('.')
  return (
    more.length === 0 &&
    id.length === 22 &&
    secret.length === 43 &&
    isBase64url(id) &&
    isBase64url(secret)
  )
}

/** The text with one character changed, removed, doubled or added. */
function nearly(text: string): fc.Arbitrary<string> {
  const odd = fc.oneof(oneOf('.-_=;, "%\t\u00a0\u2000\u0085\ud800+/'), fc.string())
  return fc
    .tuple(fc.nat({ max: text.length }), fc.nat({ max: 2 }), odd)
    .map(([at, skip, put]) => text.slice(0, at) + put + text.slice(at + skip))
}

function oneOf(letters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...letters.split(''))
}

/** A request as a framework passes it: the header's text is what the runtime decoded. */
function requestWith(name: string, text: string, method = 'GET', url = APP) {
  return {
    method,
    url,
    headers: { get: (read: string) => (read.toLowerCase() === name ? text : null) },
  }
}

describe('P6: hostile cookies', () => {
  const odd = fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom('', '', ' ', '\t') },
    fc.constantFrom(',', '"', '\u00a0', '\u2000', '\u0085', '\u000b', '%', '\0', 'é', '=', ';'),
    fc.string({ maxLength: 3 }),
  )
  const names = fc.oneof(
    { weight: 4, arbitrary: fc.constant(COOKIE) },
    fc.constantFrom(COOKIE.toLowerCase(), 'session', '$Version', '__proto__', ''),
    nearly(COOKIE),
  )
  const values = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('TOKEN', 'TOKEN', 'WELL_FORMED', '') },
    nearly(WELL_FORMED),
    fc.string({ maxLength: 3 }),
  )
  const pair = fc
    .tuple(odd, names, odd, fc.constantFrom('=', '=', '=', ''), odd, values, odd)
    .map((parts) => parts.join(''))
  const header = fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join(';'))

  it('are parsed as a simple parser does, and read the store only for a well-formed token', async () => {
    const { auth, calls, open, signIn } = createApp()
    const { token } = await signIn()
    const seen = { signedIn: 0, ambiguous: 0 }
    const property = fc.asyncProperty(header, async (template) => {
      const text = template.replaceAll('TOKEN', token).replaceAll('WELL_FORMED', WELL_FORMED)
      const found = new Set<string>()
      for (const pair of text.split(';')) {
        const [name = '', ...value] = pair.split('=')
        if (blankless(name) === COOKIE && value.length) found.add(blankless(value.join('=')))
      }
      const [one = ''] = found.size === 1 ? found : []
      if (one === token) seen.signedIn++
      if (found.size > 1) seen.ambiguous++

      for (const request of [requestWith('cookie', text), ...real('Cookie', text)]) {
        calls.length = 0
        const { authRequest } = open(request)
        const session = await authRequest.validate()
        expect(session !== null).toBe(one === token)
        expect(calls).toEqual(isTokenShaped(one) ? ['read'] : [])
        expect(auth.readSessionCookie(request)).toBe(one || null)
      }
    })
    await fc.assert(property, few)
    // Otherwise the generated input would test nothing.
    expect(Math.min(seen.signedIn, seen.ambiguous)).toBeGreaterThan(0)
  })

  it('are never read from a request that the CSRF rules refuse', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const origin = fc.oneof(nearly(APP), fc.string(), fc.webUrl(), fc.constantFrom('null', ''))
    const property = fc.asyncProperty(origin, async (Origin) => {
      fc.pre(Origin !== APP)
      const values = new Map([
        ['Cookie', `${COOKIE}=${token}`],
        ['Origin', Origin],
      ])
      const headers = { get: (name: string) => values.get(name) ?? null }
      for (const method of ['POST', 'get', 'PROPFIND']) {
        const { authRequest } = open({ method, url: APP, headers })
        expect(await authRequest.validate()).toBeNull()
        expect(() => authRequest.setSession(null)).toThrow(
          expect.objectContaining({ code: 'AUTH_UNTRUSTED_ORIGIN' }),
        )
      }
      expect(calls).toEqual([])
    })
    await fc.assert(property, few)
  })
})

describe('P6: hostile bearer headers', () => {
  it('contain a token after `Bearer` and blanks, or none', async () => {
    const { auth, calls, open, signIn } = createApp()
    const { token } = await signIn()
    const scheme = fc.oneof(
      fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic', 'Bearer:', 'DPoP', ''),
      fc.string({ maxLength: 6 }),
    )
    const blanks = fc.constantFrom(' ', '  ', '', '\t', '\u00a0', '\u2000', ', ', '=')
    const value = fc.oneof(
      fc.constantFrom(token, WELL_FORMED, `${token}, Bearer ${token}`, `"${token}"`),
      nearly(token),
      fc.string(),
    )
    const property = fc.asyncProperty(scheme, blanks, value, async (kind, gap, credentials) => {
      const text = kind + gap + credentials
      for (const request of [requestWith('authorization', text), ...real('Authorization', text)]) {
        calls.length = 0
        const seen = request.headers.get('Authorization') ?? ''
        const rest = seen.slice(6)
        const isBearer = seen.slice(0, 6).toLowerCase() === 'bearer' && rest.startsWith(' ')
        const sent = rest.replace(/^ +/, '')
        const expected =
          isBearer && sent && sent.split('').every((letter) => letter.trim()) ? sent : null
        expect(auth.readBearerToken(request)).toBe(expected)
        const session = await open(request).authRequest.validateBearerToken()
        expect(session !== null).toBe(expected === token)
        expect(calls).toEqual(isTokenShaped(expected ?? '') ? ['read'] : [])
      }
    })
    await fc.assert(property, few)
  })
})

describe('P6: [T28] [T29] hostile tokens', () => {
  it('open no session, and read the store only when they are well-formed', async () => {
    const { auth, calls, signIn } = createApp()
    const { token, session } = await signIn()
    const text = fc.oneof(
      nearly(token),
      nearly(WELL_FORMED),
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('', '.', token.split('.')[0]!, `${token}${token}`, token.toUpperCase()),
    )
    const property = fc.asyncProperty(text, async (tried) => {
      fc.pre(tried !== token)
      calls.length = 0
      const failure: unknown = await auth.validateSession(tried).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(AuthError)
      expect(failure).toMatchObject({ code: 'AUTH_INVALID_SESSION_ID' })
      expect(String(failure)).not.toContain(token)
      expect(calls).toEqual(isTokenShaped(tried) ? ['read'] : [])
    })
    await fc.assert(property, few)
    expect(await auth.validateSession(token)).toMatchObject({ sessionId: session.sessionId })
  })
})

describe('P5: hostile origins', () => {
  const own = 'https://api.example.com'
  const trustedOrigins = ['https://partner.example', 'http://localhost:5173', 'https://[::1]:8443']
  const names = ['app', 'eu.app', null]
  const options = { trustedOrigins, allowedSubdomains: names, baseDomain: 'example.com' }
  const siblings = ['https://app.example.com', 'https://eu.app.example.com', 'https://example.com']
  const members = [own, ...trustedOrigins, ...siblings]
  const origin = fc.oneof(
    fc.constantFrom(...members),
    fc.constantFrom(...members).chain(nearly),
    fc.tuple(fc.constantFrom(...members), fc.constantFrom(...members)).map((two) => two.join(', ')),
    fc.constantFrom('null', '', 'https://', 'file://', 'https://evil.example', `${own}.`),
    fc.webUrl(),
    fc.string({ unit: 'binary' }),
  )
  const site = fc.constantFrom(null, 'same-origin', 'same-site', 'cross-site', 'none', '', 'x')

  it('are trusted only when the list has them as whole strings', () => {
    const check = originRule(options, true)
    const property = fc.property(origin, site, fc.boolean(), (Origin, Site, handshake) => {
      const values = new Map<string, string>([['Origin', Origin]])
      if (Site !== null) values.set('Sec-Fetch-Site', Site)
      if (handshake) values.set('Upgrade', 'websocket')
      const headers = { get: (name: string) => values.get(name) ?? null }
      const { trusted } = check({ method: handshake ? 'GET' : 'POST', url: `${own}/x`, headers })
      // Chromium sends no Sec-Fetch-Site with a handshake, so only the origin counts there.
      const known = handshake ? null : Site
      const allowed =
        trustedOrigins.includes(Origin) ||
        known === 'same-origin' ||
        (Origin === own && (known === null || known === 'none')) ||
        (siblings.includes(Origin) && (known === null || known === 'same-site')) ||
        (Origin === 'null' && known === 'none')
      expect(trusted).toBe(allowed)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('are below the base domain exactly when their labels are', () => {
    const check = originRule({ allowedSubdomains: '*', baseDomain: 'example.com' }, true)
    const label = fc.constantFrom(
      'a',
      'b-1',
      'xn--p1ai',
      'A',
      '',
      '.',
      '-',
      '@',
      '/',
      '?',
      '#',
      '%',
    )
    const host = fc.array(label, { maxLength: 3 }).map((labels) => labels.join('.'))
    const base = fc.constantFrom('.example.com', 'example.com', '.example.com.', '.xexample.com')
    const property = fc.property(host, base, fc.constantFrom('', ':443', ':8443'), (...parts) => {
      const Origin = `https://${parts.join('')}`
      const values = new Map([['Origin', Origin]])
      const headers = { get: (name: string) => values.get(name) ?? null }
      const { trusted } = check({ method: 'POST', url: `${own}/x`, headers })
      const isBelow = (labels: RegExp) => labels.test(parts.join(''))
      if (trusted) expect(isBelow(/^[a-z\d.-]+\.example\.com$/), Origin).toBe(true)
      // Empty labels are rest out: name servers do not resolve them, and runtimes differ.
      if (isBelow(/^([a-z\d-]+\.)+example\.com$/)) expect(trusted, Origin).toBe(true)
    })
    fc.assert(property, few)
  })

  it('never make the rule throw, nor do hostile URLs and hosts', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), nearly(own), fc.webUrl(), fc.constant(''))
    const property = fc.property(text, text, text, text, (method, url, Origin, forwarded) => {
      const headers = { get: (name: string) => (name === 'Origin' ? Origin : forwarded) }
      for (const hostHeader of [undefined, 'X-Forwarded-Host']) {
        const check = originRule({ ...options, hostHeader }, true)
        expect(typeof check({ method, url, headers }).trusted).toBe('boolean')
      }
    })
    fc.assert(property, few)
  })
})

describe('P8: [T24] [T25] a cookie that a browser stores', () => {
  const host = 'eu.app.example.com'
  const nameLetter = oneOf("abcXYZ019!#$%&'*+-.^_`|~")
  const prefix = fc.constantFrom(
    '',
    '',
    '__Host-',
    '__Secure-',
    '__Http-',
    '__Host-Http-',
    '__host-',
  )
  const name = fc
    .tuple(prefix, fc.string({ unit: nameLetter, minLength: 1, maxLength: 12 }))
    .map((parts) => parts.join(''))
  const segment = fc.string({ unit: oneOf("aZ09-._~!$&'()*+,=:@"), maxLength: 6 })
  const path = fc
    .array(segment, { maxLength: 3 })
    .map((segments) => `/${segments.join('/')}`)
    .filter((text) => text[1] !== '/' && new URL(text, `https://${host}`).pathname === text)
  const attributes = fc.record(
    {
      path,
      domain: fc.constantFrom(host, 'app.example.com', 'example.com'),
      sameSite: fc.constantFrom('lax', 'strict', 'none', 'Lax', 'Strict', 'None'),
      partitioned: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  const config = fc.record(
    {
      secure: fc.boolean(),
      sessionCookie: fc.record({ name, attributes, expires: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: ['sessionCookie'] },
  )

  it('has the token and the configured attributes, and the deleting cookie deletes it', async () => {
    let accepted = 0
    const property = fc.asyncProperty(config, async (options) => {
      const app = appOrNone(options)
      if (!app) return
      const { auth } = app
      const { session, token } = await app.signIn()
      const cookie = auth.createSessionCookie(session)
      const secure = options.secure ?? true
      const origin = `${secure ? 'https' : 'http'}://${host}`
      const url =
        origin +
        (cookie.attributes.path.endsWith('/')
          ? cookie.attributes.path
          : `${cookie.attributes.path}/`)

      const jar = receive([], cookie.serialize(), url)
      const { domain, ...meant } = cookie.attributes
      const expected: StoredCookie = {
        partitioned: false,
        ...meant,
        name: cookie.name,
        value: token,
        domain: domain ?? host,
        hostOnly: domain === undefined,
      }
      expect(jar).toEqual([expected])

      const others = ['zz=b; Path=/', `x${cookie.name}=${WELL_FORMED}; Path=/`, `${cookie.name}x=1`]
      const full = others.reduce((stored, line) => receive(stored, line, url), jar)
      const headers = new Headers({ Cookie: cookieHeader(full, url) })
      expect(auth.readSessionCookie({ headers })).toBe(token)

      const rest = receive(full, auth.createSessionCookie(null).serialize(), url)
      expect(rest.some(({ name: one }) => one === cookie.name)).toBe(false)
      accepted++
    })
    await fc.assert(property, { ...few, numRuns: 200 })
    expect(accepted).toBeGreaterThan(10)
  })
})

function appOrNone(options: Parameters<typeof createApp>[0]) {
  try {
    return createApp(options)
  } catch (error) {
    expect(error).toMatchObject({ code: 'AUTH_CONFIG' })
    return null
  }
}

/** The same text in a real `Request`, if every runtime accepts it. */
function real(name: string, text: string): Request[] {
  if (!/^[!-~]([\t -~]*[!-~])?$/.test(text)) return []
  return [new Request(APP, { headers: { [name]: text } })]
}

function blankless(text: string): string {
  return text.replaceAll(/^[ \t]+|[ \t]+$/g, '')
}
