import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import { describe, expect, it } from 'vitest'
import { authenticate, requireSession } from '@limen/hono'
import {
  type App,
  type Handler,
  DAY,
  URL,
  codeOf,
  cookiesOf,
  createAuth,
  deleting,
  guards,
  setting,
} from '../test/app.ts'

describe('cookies of the app', () => {
  it('stay on the Response of an error handler behind requireSession()', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += 15 * DAY
    const app: App = new Hono()
    app.get('/', requireSession(auth), (c) => c.text('private'))
    app.onError(() => new Response('sorry', { status: 401, headers: { 'Set-Cookie': 'own=1' } }))
    const response = await app.request(URL, {
      headers: { ...headers, 'Sec-Fetch-Mode': 'navigate' },
    })
    expect(cookiesOf(response)).toEqual(['own=1', deleting])
  })

  it('stay on a Response that replaces one that was read', async () => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app: App = new Hono()
    app.use(authenticate(auth), async (c, next) => {
      await next()
      const { status } = c.res
      c.res = new Response('replaced', { status, headers: [['Set-Cookie', 'own=1']] })
    })
    app.get('/', async (c) => {
      await c.var.auth.validate()
      return c.text('page')
    })
    const response = await app.request(URL, { headers })
    expect(cookiesOf(response).toSorted()).toEqual([setting(token), 'own=1'].toSorted())
    expect(await response.text()).toBe('replaced')
  })
})

describe('D5: a thrown Response', () => {
  it.each(guards)('is sent behind %s, with its cookies and ours', async (_, guard) => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app: App = new Hono()
    app.use(guard(auth))
    app.get('/', async (c) => {
      await c.var.auth.validate()
      throw Response.redirect('https://app.example/next', 303)
    })
    app.get('/own', async (c) => {
      await c.var.auth.validate()
      throw new Response('teapot', { status: 418, headers: { 'Set-Cookie': 'own=1' } })
    })
    const redirected = await app.request(URL, { headers })
    expect([redirected.status, redirected.headers.get('Location')]).toEqual([
      303,
      'https://app.example/next',
    ])
    expect(cookiesOf(redirected)).toEqual([setting(token)])
    clock.now += DAY
    const own = await app.request(`${URL}own`, { headers })
    expect([own.status, await own.text()]).toEqual([418, 'teapot'])
    expect(cookiesOf(own)).toEqual(['own=1', setting(token)])
    expect(own.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('closes the AuthRequest as a returned Response does', async () => {
    const { auth, headers, session } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.use(async (c, next) => {
      await next()
      codes.push(codeOf(() => c.var.auth.setSession(session)))
    })
    app.get('/', authenticate(auth), () => {
      throw new Response('thrown')
    })
    expect(await (await app.request(URL, { headers })).text()).toBe('thrown')
    expect(codes).toEqual(['AUTH_RESPONSE_SENT'])
  })
})

describe('unusual responses', () => {
  const renewed = async (answer: Handler, init?: RequestInit) => {
    const made = await createAuth()
    made.clock.now += DAY
    const app: App = new Hono()
    app.use(authenticate(made.auth))
    app.get('/', async (c) => {
      await c.var.auth.validate()
      return answer(c)
    })
    const response = await app.request(URL, { ...init, headers: { ...made.headers } })
    return { ...made, response }
  }

  it.each([204, 205, 304])('a response with status %i gets the cookie', async (status) => {
    const answers: Handler[] = [
      () => new Response(null, { status }),
      (c) => c.body(null, status as 204),
    ]
    for (const answer of answers) {
      const { response, token } = await renewed(answer)
      expect(response.status).toBe(status)
      expect(response.body).toBeNull()
      expect(cookiesOf(response)).toEqual([setting(token)])
    }
  })

  it('a response to HEAD has the headers and no body, and renews nothing', async () => {
    const { calls, response } = await renewed((c) => c.text('page'), { method: 'HEAD' })
    expect(await response.text()).toBe('')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(cookiesOf(response)).toEqual([])
    expect(calls).toEqual(['read'])
  })

  it('c.res = undefined clears the response, and the next one gets cookies and headers', async () => {
    const made = await createAuth()
    made.clock.now += DAY
    for (const replace of [true, false]) {
      const app: App = new Hono()
      app.use(authenticate(made.auth), async (c, next) => {
        await next()
        c.res = undefined
        if (replace) c.res = new Response('new', { headers: { 'Set-Cookie': 'own=1' } })
      })
      app.get('/', async (c) => {
        await c.var.auth.validate()
        return c.text('old')
      })
      const response = await app.request(URL, { headers: made.headers })
      expect(await response.text()).toBe(replace ? 'new' : '')
      expect(cookiesOf(response)).toEqual([...(replace ? ['own=1'] : []), setting(made.token)])
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
      made.clock.now += DAY
    }
  })

  it('a handler that returns nothing causes an error of Hono', async () => {
    const { auth, headers } = await createAuth()
    const app: App = new Hono()
    app.use(authenticate(auth))
    app.get('/', (async () => {}) as unknown as Handler)
    app.onError((error, c) => c.text(error.message, 500))
    const response = await app.request(URL, { headers })
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining('Context is not finalized'),
    ])
  })

  it('a 101 response keeps its socket and gets the cookie', async () => {
    // Only workerd can create such a response without a connection.
    if (navigator.userAgent !== 'Cloudflare-Workers') return
    const WebSocketPair = Reflect.get(globalThis, 'WebSocketPair') as new () => [unknown, unknown]
    const [client] = Object.values(new WebSocketPair())
    const init = { status: 101, webSocket: client }
    const { response, token } = await renewed(() => new Response(null, init))
    expect(response.status).toBe(101)
    expect(Reflect.get(response, 'webSocket')).toBe(client)
    expect(cookiesOf(response)).toEqual([setting(token)])
  })
})

describe('hono/etag', () => {
  const retained = { retainedHeaders: [...RETAINED_304_HEADERS, 'Set-Cookie'] }
  it.each([
    ['outside authenticate()', 'outside', undefined],
    ['outside authenticate(), with Set-Cookie retained', 'outside', retained],
    ['inside authenticate()', 'inside', undefined],
  ] as const)('D11: a 304 of hono/etag %s has the renewed cookie', async (_, position, options) => {
    const { auth, clock, headers, token } = await createAuth()
    const app: App = new Hono()
    if (position === 'outside') app.use(etag(options), authenticate(auth))
    else app.use(authenticate(auth), etag(options))
    app.get('/', async (c) => c.text((await c.var.auth.validate())?.user.name ?? 'anonymous'))
    const first = await app.request(URL, { headers })
    expect(cookiesOf(first)).toEqual([])
    clock.now += DAY
    const again = { ...headers, 'If-None-Match': first.headers.get('ETag')! }
    const second = await app.request(URL, { headers: again })
    expect(second.status).toBe(304)
    expect(cookiesOf(second)).toEqual([setting(token)])
    expect(second.headers.get('Cache-Control')).toBe('private, no-store')
    expect(second.headers.get('Vary')).toBe('Cookie')
  })

  it('D11: a 304 has the app’s cookies only if Set-Cookie is retained', async () => {
    const { auth, headers } = await createAuth()
    for (const options of [undefined, retained]) {
      const app: App = new Hono()
      app.use(etag(options), authenticate(auth))
      app.get('/', (c) => {
        setCookie(c, 'theme', 'dark')
        return c.text('page')
      })
      const tag = (await app.request(URL, { headers })).headers.get('ETag')!
      const response = await app.request(URL, { headers: { ...headers, 'If-None-Match': tag } })
      expect(response.status).toBe(304)
      expect(cookiesOf(response)).toEqual(options ? ['theme=dark; Path=/'] : [])
    }
  })
})
