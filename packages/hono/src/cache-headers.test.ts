import { Hono, type MiddlewareHandler } from 'hono'
import { setCookie } from 'hono/cookie'
import { stream } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { authenticate } from '@limen/hono'
import {
  type App,
  type Handler,
  type TestRequest,
  DAY,
  PUBLIC,
  URL,
  cookiesOf,
  createAuth,
  passing,
  setting,
} from '../test/app.ts'

/** Ways to make a response public after `validate()` found a session. */
const publicly: [what: string, answer: Handler][] = [
  [
    'c.header()',
    (c) => {
      c.header('Cache-Control', PUBLIC)
      return c.text('page')
    },
  ],
  ['c.text()', (c) => c.text('page', 200, { 'Cache-Control': PUBLIC })],
  ['c.text() with an init', (c) => c.text('page', { headers: { 'cache-control': PUBLIC } })],
  ['c.html()', (c) => c.html('page', 200, { 'Cache-Control': PUBLIC })],
  [
    'c.html() with a promise',
    (c) => c.html(Promise.resolve('page'), 200, { 'Cache-Control': PUBLIC }),
  ],
  ['c.json()', (c) => c.json({}, 200, { 'Cache-Control': PUBLIC, 'CDN-Cache-Control': PUBLIC })],
  ['c.body()', (c) => c.body('page', 200, { 'Cache-Control': PUBLIC })],
  ['c.body() without a body', (c) => c.body(null, 204, { 'Cache-Control': PUBLIC })],
  ['c.newResponse()', (c) => c.newResponse('page', 200, { 'Cache-Control': PUBLIC })],
  ['c.render()', (c) => (c.header('Cache-Control', PUBLIC), c.render('page'))],
  ['c.redirect()', (c) => (c.header('Cache-Control', PUBLIC), c.redirect('/next'))],
  ['c.notFound()', (c) => (c.header('Cache-Control', PUBLIC), c.notFound())],
  ['stream()', (c) => (c.header('Cache-Control', PUBLIC), stream(c, async () => {}))],
  [
    'c.res.headers',
    (c) => {
      c.res = c.text('page')
      c.res.headers.set('Cache-Control', PUBLIC)
      return c.res
    },
  ],
]
/** More of them, which work only behind a middleware. */
const ownResponses: typeof publicly = [
  [
    'an assigned c.res',
    (c) => (c.res = new Response('page', { headers: { 'Cache-Control': PUBLIC } })),
  ],
  ['a new Response', () => new Response('page', { headers: { 'Cache-Control': PUBLIC } })],
  ['an immutable redirect', () => Response.redirect('https://app.example/next')],
  [
    'a Response without a body',
    () => new Response(null, { status: 304, headers: { 'Cache-Control': PUBLIC } }),
  ],
]

describe('D4: cache headers', () => {
  const routes: [what: string, answer: Handler, middleware: number][] = [
    ...publicly.map(([what, answer]) => [what, answer, 0] as [string, Handler, number]),
    ...[...publicly, ...ownResponses].map(
      ([what, answer]) => [what, answer, 1] as [string, Handler, number],
    ),
  ]
  it.each(routes)(
    'P10: hono() makes the response of %s private (with %3$i middleware)',
    async (_, answer, middleware) => {
      const { auth, clock, headers, session, token } = await createAuth()
      const app = new Hono()
      for (let i = 0; i < middleware; i++) app.use(passing)
      app.get('/', async (c) => {
        setCookie(c, 'theme', 'dark')
        await auth.handleRequest(c).validate()
        return answer(c)
      })
      app.post('/', (c) => {
        auth.handleRequest(c).setSession(session)
        return answer(c)
      })
      const check = (response: Response, cookies: string[]) => {
        expect(response.headers.get('Cache-Control')).toBe('private, no-store')
        expect(response.headers.get('CDN-Cache-Control')).toBeNull()
        expect(response.headers.get('Vary')).toBe('Cookie')
        expect(cookiesOf(response).filter((line) => !line.startsWith('theme='))).toEqual(cookies)
      }
      check(await app.request(URL, { headers }), [])
      check(await app.request(URL, { headers, method: 'POST' }), [setting(token)])
      clock.now += DAY
      check(await app.request(URL, { headers }), [setting(token)])
    },
  )

  it('P10: hono() makes an assigned c.res private without middleware, and adds no cookie', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += DAY
    const app = new Hono()
    app.get('/', async (c) => {
      await auth.handleRequest(c).validate()
      return (c.res = new Response('page', { headers: { 'Cache-Control': PUBLIC } }))
    })
    const response = await app.request(URL, { headers })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(cookiesOf(response)).toEqual([])
  })

  it('P10: hono() makes a response private that was created before validate()', async () => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app = new Hono()
    app.get('/', async (c) => {
      const authRequest = auth.handleRequest(c)
      const response = c.text('page', 200, { 'Cache-Control': PUBLIC })
      await authRequest.validate()
      return response
    })
    const response = await app.request(URL, { headers })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(cookiesOf(response)).toEqual([setting(token)])
  })

  const reads: [what: string, read: (request: TestRequest) => Promise<unknown>, vary: string][] = [
    ['validate()', (request) => request.validate(), 'Cookie'],
    ['validateBearerToken()', (request) => request.validateBearerToken(), 'Authorization'],
  ]
  it.each(reads)('%s: an anonymous page stays public, with Vary', async (_, read, vary) => {
    const { auth, headers, token } = await createAuth()
    const app = new Hono()
    app.get('/', async (c) => {
      await read(auth.handleRequest(c))
      return c.text('page', 200, { 'Cache-Control': PUBLIC })
    })
    app.get('/silent', async (c) => {
      await read(auth.handleRequest(c))
      return c.text('page')
    })
    app.get('/open', (c) => {
      auth.handleRequest(c)
      return c.text('page')
    })
    const headersOf = async (path: string, sent: Record<string, string> = {}) => {
      const response = await app.request(URL + path, { headers: sent })
      return [response.headers.get('Cache-Control'), response.headers.get('Vary')]
    }
    expect(await headersOf('')).toEqual([PUBLIC, vary])
    expect(await headersOf('silent')).toEqual(['private, no-store', vary])
    expect(await headersOf('open')).toEqual([null, null])
    const signedIn = { ...headers, Authorization: `Bearer ${token}` }
    expect(await headersOf('', signedIn)).toEqual(['private, no-store', vary])
  })

  it('P10: authenticate() overrides middleware inside and outside', async () => {
    const publish: MiddlewareHandler = async (c, next) => {
      await next()
      c.header('Cache-Control', PUBLIC)
      c.res.headers.set('Cache-Control', PUBLIC)
    }
    for (const [what, answer] of [...publicly, ...ownResponses]) {
      const { auth, clock, headers, token } = await createAuth()
      clock.now += DAY
      const app: App = new Hono()
      app.use(publish, authenticate(auth), publish)
      app.get('/', async (c) => {
        await c.var.auth.validate()
        return answer(c)
      })
      const response = await app.request(URL, { headers })
      expect(response.headers.get('Cache-Control'), what).toBe('private, no-store')
      expect(cookiesOf(response), what).toEqual([setting(token)])
      const anonymous = await app.request(URL)
      expect(anonymous.headers.get('Cache-Control'), what).toBe(PUBLIC)
      expect(anonymous.headers.get('Vary'), what).toBe('Cookie')
    }
  })
})
