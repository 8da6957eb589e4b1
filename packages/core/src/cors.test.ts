import { describe, expect, it } from 'vitest'
import { createApp } from '../test/app.ts'
import { type CorsOptions, cors } from './cors.ts'
import { type CsrfProtection, originRule } from './csrf.ts'
import { handle } from './response.ts'

const api = 'https://api.example.com'
const app = 'https://app.example.com'
const evil = 'https://evil.example'
const csrfProtection: CsrfProtection = {
  baseDomain: 'example.com',
  allowedSubdomains: ['app', null],
  trustedOrigins: ['https://partner.example', 'http://localhost:5173'],
}

function requestFrom(
  origin: string | null,
  { method = 'GET', ...more }: Record<string, string> = {},
): Request {
  const headers = new Headers(more)
  if (origin !== null) headers.set('Origin', origin)
  return new Request(`${api}/me`, { method, headers })
}

function preflight(origin: string, more: Record<string, string> = {}): Request {
  return requestFrom(origin, {
    method: 'OPTIONS',
    'Access-Control-Request-Method': 'DELETE',
    ...more,
  })
}

const sent = (response: Response | null) => response && Object.fromEntries(response.headers)

type Case = [origin: string | null, site: string | null, allowed: boolean, because: string]
const cases: Case[] = [
  [app, 'same-site', true, 'it is an allowed subdomain'],
  ['https://example.com', 'same-site', true, 'it is the base domain'],
  [app, null, true, 'an old browser sends no Sec-Fetch-Site'],
  ['https://partner.example', 'cross-site', true, 'it is listed'],
  ['http://localhost:5173', 'cross-site', true, 'it is listed'],
  [api, 'same-origin', true, 'it is the app’s own origin'],
  [evil, 'cross-site', false, 'it is not listed'],
  ['https://evil.example.com', 'same-site', false, 'this subdomain is not listed'],
  ['https://x.app.example.com', 'same-site', false, 'this subdomain is not listed'],
  ['http://app.example.com', 'cross-site', false, 'the scheme counts'],
  ['https://app.example.com:8443', 'same-site', false, 'the port counts'],
  ['https://app.example.com.evil.example', 'cross-site', false, 'compared as a whole'],
  ['https://APP.example.com', 'same-site', false, 'compared by case'],
  [`${app}, ${evil}`, 'same-site', false, 'two headers were joined'],
  ['null', 'cross-site', false, 'a sandboxed page or a redirect hides its origin'],
  ['null', 'same-origin', false, 'null is the origin of every sandboxed page'],
  ['', null, false, 'an empty header is no origin'],
  [null, 'same-origin', false, 'a same-origin GET has no Origin'],
  [null, null, false, 'the client is not a browser'],
]

describe('[T14] cors(), origins', () => {
  it.each(cases)('%s, site %s: %s, because %s', (origin, site, allowed) => {
    const { preflight: before, respond } = cors({ csrfProtection })
    const headers: Record<string, string> = site === null ? {} : { 'Sec-Fetch-Site': site }
    const named = { 'access-control-allow-credentials': 'true' }
    const expected = allowed ? { 'access-control-allow-origin': origin, ...named } : {}

    const response = respond(requestFrom(origin, headers), new Response())
    expect(sent(response)).toEqual({ ...expected, vary: 'Origin' })

    const preflightResponse = origin ? before(preflight(origin, headers)) : null
    if (!origin) return
    expect(preflightResponse?.status).toBe(allowed ? 204 : 403)
    expect(sent(preflightResponse)).toMatchObject(expected)
    if (!allowed) expect(Object.keys(sent(preflightResponse) ?? {})).toEqual(['vary'])
  })

  it.each([null, 'null'])(
    'adds no CORS headers for the app’s own page, whose POST has the origin %s',
    (origin) => {
      const request = requestFrom(origin, { method: 'POST', 'Sec-Fetch-Site': 'same-origin' })
      expect(originRule(csrfProtection, true)(request).trusted).toBe(true)
      const response = cors({ csrfProtection }).respond(request, new Response())
      expect(sent(response)).toEqual({ vary: 'Origin' })
    },
  )

  it('lets exactly the origins read that the CSRF rule trusts', () => {
    const everyOption: CsrfProtection[] = [
      {},
      csrfProtection,
      { allowedSubdomains: '*', baseDomain: 'example.com' },
      { allowedSubdomains: '*' },
      { host: 'example.com', allowedSubdomains: '*' },
      { hostHeader: 'X-Forwarded-Host', allowedSubdomains: '*' },
    ]
    for (const options of everyOption) {
      for (const secure of [true, false]) {
        for (const [origin, given] of cases) {
          if (!origin || origin === 'null') continue
          for (const site of new Set([given, 'same-site', 'cross-site'])) {
            const headers = {
              ...(site && { 'Sec-Fetch-Site': site }),
              'X-Forwarded-Host': 'example.com',
            }
            const { respond } = cors({ csrfProtection: options, secure })
            const unsafe = requestFrom(origin, { method: 'PUT', ...headers })
            const { trusted } = originRule(options, secure)(unsafe)
            for (const method of ['PUT', 'GET']) {
              const request = requestFrom(origin, { method, ...headers })
              const { headers: sent } = respond(request, new Response())
              const named = sent.get('Access-Control-Allow-Origin')
              const what = JSON.stringify([options, method, origin, site])
              expect(named, what).toBe(trusted ? origin : null)
            }
          }
        }
      }
    }
  })

  it('determines the own scheme by `secure`, as the CSRF rule does', () => {
    const url = 'http://api.dev.lan/'
    const headers = { Origin: 'http://app.dev.lan' }
    const options: CsrfProtection = { baseDomain: 'dev.lan', allowedSubdomains: ['app'] }
    const named = (secure?: boolean) =>
      cors({ csrfProtection: options, ...(secure !== undefined && { secure }) })
        .respond(new Request(url, { headers }), new Response())
        .headers.get('Access-Control-Allow-Origin')
    expect([named(), named(true), named(false)]).toEqual([null, null, headers.Origin])
  })
})

describe('cors().preflight()', () => {
  it('lists what is allowed, and the headers that it depends on', () => {
    const vary = 'Access-Control-Request-Method, Access-Control-Request-Headers, Origin'
    const named = {
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      vary,
    }
    expect(sent(cors({ csrfProtection }).preflight(preflight(app)))).toEqual({
      ...named,
      'access-control-allow-methods': 'PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type',
    })
    const chosen = cors({
      csrfProtection,
      allowMethods: ['DELETE'],
      allowHeaders: ['X-Requested-With'],
      exposeHeaders: ['ETag'],
      maxAge: 0,
    })
    expect(sent(chosen.preflight(preflight(app)))).toEqual({
      ...named,
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-headers': 'X-Requested-With',
      'access-control-max-age': '0',
    })
    const nothing = cors({ csrfProtection, allowMethods: [], allowHeaders: [] })
    expect(sent(nothing.preflight(preflight(app)))).toEqual(named)
    expect(sent(chosen.preflight(preflight(evil)))).toEqual({ vary })
  })

  const others: [what: string, request: Request][] = [
    ['a GET', requestFrom(app)],
    ['a POST', requestFrom(app, { method: 'POST' })],
    ['an OPTIONS without Origin', requestFrom(null, { method: 'OPTIONS' })],
    ['an OPTIONS without Access-Control-Request-Method', requestFrom(app, { method: 'OPTIONS' })],
    [
      'a GET with the header of a preflight',
      requestFrom(app, { 'Access-Control-Request-Method': 'GET' }),
    ],
    [
      'a preflight without Origin',
      requestFrom(null, { method: 'OPTIONS', 'Access-Control-Request-Method': 'PUT' }),
    ],
  ]
  it.each(others)('returns null for %s', (_, request) => {
    expect(cors({ csrfProtection }).preflight(request)).toBeNull()
  })
})

describe('cors().respond()', () => {
  const share = (
    response: Response,
    options: Partial<CorsOptions> = {},
    origin: string | null = app,
  ) => cors({ csrfProtection, ...options }).respond(requestFrom(origin), response)

  const varies: [before: string | null, after: string, because: string][] = [
    [null, 'Origin', 'there was no Vary'],
    ['Cookie', 'Cookie, Origin', 'earlier names stay'],
    ['Cookie, Origin', 'Cookie, Origin', 'it is already there'],
    ['origin', 'origin', 'header names are compared without case'],
    ['X-Origin', 'X-Origin, Origin', 'this is another header'],
    ['Origin-X', 'Origin-X, Origin', 'this is another header'],
    ['*', '*', '* includes every header'],
  ]
  it.each(varies)('changes Vary %s to %s, because %s', (before, after) => {
    for (const origin of [app, evil, null]) {
      const headers = new Headers(before === null ? {} : { Vary: before })
      expect(share(new Response('', { headers }), {}, origin).headers.get('Vary')).toBe(after)
    }
  })

  it('removes earlier CORS headers of the response, such as `*`', () => {
    const headers = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
    }
    const of = (response: Response) =>
      ['Origin', 'Credentials'].map((what) => response.headers.get(`Access-Control-Allow-${what}`))
    for (const said of [() => new Response('', { headers }), () => immutable('', headers)]) {
      expect(of(share(said()))).toEqual([app, 'true'])
      expect(of(share(said(), {}, evil))).toEqual([null, null])
      expect(of(share(said(), {}, null))).toEqual([null, null])
    }
  })

  it('exposes more headers only to trusted pages, in addition to those of a route', () => {
    const options = { exposeHeaders: ['ETag', 'X-Total'] }
    const exposed = (response: Response) => response.headers.get('Access-Control-Expose-Headers')
    const chosen = { headers: { 'Access-Control-Expose-Headers': 'X-Own' } }
    expect(exposed(share(new Response(''), options))).toBe('ETag, X-Total')
    expect(exposed(share(new Response('', chosen), options))).toBe('X-Own, ETag, X-Total')
    expect(exposed(share(new Response('', chosen)))).toBe('X-Own')
    expect(exposed(share(new Response(''), options, evil))).toBeNull()
  })

  it('changes the response itself, and preserves its cookies', () => {
    const response = new Response('body', { status: 500 })
    response.headers.append('Set-Cookie', 'a=1; Expires=Fri, 01 Jan 2038 00:00:00 GMT')
    response.headers.append('Set-Cookie', 'b=2')
    const shared = share(response)
    expect(shared).toBe(response)
    expect(shared.headers.getSetCookie()).toHaveLength(2)
    expect(shared.headers.get('Access-Control-Allow-Origin')).toBe(app)
  })

  it('adds its headers to a redirect, whose headers are immutable', () => {
    const shared = share(Response.redirect(`${api}/next`, 303))
    expect(shared.status).toBe(303)
    expect(sent(shared)).toEqual({
      location: `${api}/next`,
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    })
  })

  it('preserves the stream of a response whose headers are immutable', async () => {
    const response = immutable(new Blob(['a', 'b']).stream())
    const shared = share(response)
    expect(shared).not.toBe(response)
    expect(shared.headers.get('Access-Control-Allow-Origin')).toBe(app)
    expect(await shared.text()).toBe('ab')
  })

  it('returns a 101 response unchanged', () => {
    const error = Response.error()
    expect(share(error)).toBe(error)
    expect(sent(error)).toEqual({})
  })
})

describe('cors(), options', () => {
  const wrong: [options: Record<string, unknown>, because: string][] = [
    [{ csrfProtection: false }, 'every page could read every visitor’s data'],
    [{ csrfProtection: undefined }, 'no origin is trusted by default'],
    [{ csrfProtection: { trustedOrigins: ['*'] } }, 'wildcards are not supported'],
    [{ csrfProtection: { trustedOrigins: ['https://a.example/'] } }, 'a path'],
    [{ csrfProtection: { allowedSubdomains: ['app'] } }, 'names need baseDomain'],
    [{ allowMethods: ['*'] }, 'with credentials, * is the name of a method'],
    [{ allowMethods: ['patch'] }, 'methods are compared with their case'],
    [{ allowMethods: ['PUT, DELETE'] }, 'a comma separates'],
    [{ allowMethods: [''] }, 'empty'],
    [{ allowMethods: ['CONNECT'] }, 'no page can send it'],
    [{ allowMethods: ['TRACE'] }, 'no page can send it'],
    [{ allowMethods: ['TRACK'] }, 'no page can send it'],
    [{ allowHeaders: ['*'] }, 'with credentials, * is the name of a header'],
    [{ allowHeaders: ['X Y'] }, 'a blank is not a token character'],
    [{ allowHeaders: ['X:'] }, 'a colon is not a token character'],
    [{ allowHeaders: ['X\r\nSet-Cookie'] }, 'a line break would start a header'],
    [{ exposeHeaders: ['*'] }, 'with credentials, * is the name of a header'],
    [{ exposeHeaders: ['ETag,X'] }, 'a comma separates'],
    [{ exposeHeaders: ['ü'] }, 'a name is ASCII'],
    [{ maxAge: -1 }, 'negative'],
    [{ maxAge: 0.5 }, 'whole seconds'],
    [{ maxAge: Number.NaN }, 'not a number'],
    [{ maxAge: Number.POSITIVE_INFINITY }, 'not a number of seconds'],
  ]
  it.each(wrong)('rejects %j: %s', (options) => {
    const make = () => cors({ csrfProtection, ...options } as CorsOptions)
    const message = expect.stringContaining(Object.keys(options)[0]!) as string
    expect(make).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG', message }))
  })

  it('accepts custom methods', () => {
    const allowMethods = ['PURGE', 'M-SEARCH', 'RETRACE', 'TRACER']
    const answered = cors({ csrfProtection, allowMethods }).preflight(preflight(app))
    const named = answered?.headers.get('Access-Control-Allow-Methods')
    expect(named).toBe('PURGE, M-SEARCH, RETRACE, TRACER')
  })

  it('accepts any whole number of seconds', () => {
    const { preflight: before } = cors({ csrfProtection, maxAge: 86_400 })
    expect(before(preflight(app))?.headers.get('Access-Control-Max-Age')).toBe('86400')
  })
})

describe('cors() with handle()', () => {
  it('shares sign-in and page only with the front end', async () => {
    const { auth, calls } = createApp({ csrfProtection })
    const user = await auth.createUser({ attributes: { name: 'Ada' } })
    calls.length = 0
    const { preflight: before, respond } = cors({ csrfProtection })
    const serve = async (request: Request): Promise<Response> =>
      before(request) ??
      respond(
        request,
        await handle(auth, request, async (authRequest) => {
          if (request.method === 'POST') {
            const attributes = { device: 'Laptop' }
            const session = await auth.createSession({ userId: user.userId, attributes })
            authRequest.setSession(session)
          }
          return new Response((await authRequest.validate())?.user.name)
        }),
      )

    await serve(preflight(app, { 'Sec-Fetch-Site': 'same-site' }))
    await serve(preflight(evil))
    expect(calls).toEqual([])

    const sibling = { 'Sec-Fetch-Site': 'same-site' }
    const signedIn = await serve(requestFrom(app, { method: 'POST', ...sibling }))
    const [cookie = ''] = signedIn.headers.getSetCookie()
    expect(sent(signedIn)).toMatchObject({
      'access-control-allow-origin': app,
      'cache-control': 'private, no-store',
      vary: 'Cookie, Origin',
    })
    const Cookie = cookie.split(';')[0] ?? ''
    const page = await serve(requestFrom(app, { Cookie, ...sibling }))
    expect(await page.text()).toBe('Ada')
    expect(page.headers.get('Access-Control-Allow-Origin')).toBe(app)

    const crossSite = { Cookie, 'Sec-Fetch-Site': 'cross-site' }
    const refused = await serve(requestFrom(evil, { method: 'POST', ...crossSite }))
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
    const unread = await serve(requestFrom(evil, crossSite))
    expect(unread.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})

/** A response as `fetch` returns it: its headers are immutable. */
function immutable(body: BodyInit, headers: Record<string, string> = {}): Response {
  const response = new Response(body, { headers })
  const refuse = () => {
    throw new TypeError('immutable')
  }
  Object.assign(response.headers, { append: refuse, delete: refuse, set: refuse })
  return response
}
