import { type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Hono, type MiddlewareHandler } from 'hono'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { type AuthVariables, authenticate, hono, requireOrigin, requireSession } from '@limen/hono'
import {
  DAY,
  URL,
  cookiesOf,
  createAuth,
  createAuthWithoutStore,
  deleting,
  setting,
} from '../test/app.ts'

describe('requireSession()', () => {
  it('runs the handler for a signed-in user, and types c.var.session', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.get('/me', requireSession(auth), (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<InferSession<typeof auth>>()
      return c.json(c.var.session.user)
    })
    const response = await app.request('/me', { headers })
    expect(await response.json()).toMatchObject({ name: 'Ada' })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(calls).toEqual(['read'])
  })

  it('reads the Authorization header only of a request that it refuses', async () => {
    const { auth, headers } = await createAuth()
    const app = new Hono()
    app.all('/me', requireSession(auth), (c) => c.text('private'))
    const get = vi.spyOn(Headers.prototype, 'get')
    const readsOf = async (init: RequestInit) => {
      get.mockClear()
      await app.request('/me', init)
      return get.mock.calls.filter(([name]) => /^authorization$/i.test(name)).length
    }
    const sameOrigin = { ...headers, 'Sec-Fetch-Site': 'same-origin' }
    expect(await readsOf({ headers })).toBe(0)
    expect(await readsOf({ method: 'POST', headers: sameOrigin })).toBe(0)
    expect(await readsOf({})).toBeGreaterThan(0)
    get.mockRestore()
  })

  it('answers 401 without a session and 403 to a cross-origin request', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.all('/me', requireSession(auth), (c) => c.text('private'))
    const anonymous = await app.request('/me')
    expect([anonymous.status, await anonymous.text()]).toEqual([401, 'Unauthorized'])
    expect(anonymous.headers.get('Vary')).toBe('Cookie')
    const crossSite = await app.request('/me', {
      method: 'POST',
      headers: { ...headers, 'Sec-Fetch-Site': 'cross-site' },
    })
    expect([crossSite.status, await crossSite.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(calls).toEqual([])
  })

  it('calls otherwise instead of a 401, and not instead of a 403', async () => {
    const { auth } = await createAuth()
    const app = new Hono()
    app.use(
      '/account/*',
      requireSession(auth, (c) => c.redirect('/sign-in')),
    )
    app.all('/account/page', (c) => c.text('private'))
    const anonymous = await app.request('/account/page')
    expect([anonymous.status, anonymous.headers.get('Location')]).toEqual([302, '/sign-in'])
    expect(anonymous.headers.get('Vary')).toBe('Cookie')
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    const crossSite = await app.request('/account/page', { method: 'POST', headers })
    expect(crossSite.status).toBe(403)
  })

  it('sends the cookie that app.onError sets after a 401', async () => {
    const { auth } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.get('/me', requireSession(auth), (c) => c.text('me'))
    app.onError((_error, c) => {
      c.var.auth.setSession(null)
      return c.text('signed out', 401)
    })
    const response = await app.request('https://app.example/me')
    expect(response.status).toBe(401)
    expect(cookiesOf(response)).toEqual([deleting])
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('sends the deleting cookie with the response of app.onError', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += 15 * DAY
    for (const isAuthenticated of [true, false]) {
      const app = new Hono()
      if (isAuthenticated) app.use(authenticate(auth))
      app.get('/me', requireSession(auth), (c) => c.text('private'))
      app.onError((error, c) => {
        const status = error instanceof HTTPException ? error.status : 500
        setCookie(c, 'own', 'x')
        return c.text(`status ${status}`, status)
      })
      const response = await app.request('https://app.example/me', {
        headers: { ...headers, 'Sec-Fetch-Mode': 'navigate' },
      })
      expect(await response.text()).toBe('status 401')
      expect(cookiesOf(response).toSorted()).toEqual([deleting, 'own=x; Path=/'].toSorted())
    }
  })

  it('reads the store once behind authenticate(), and again for another auth object', async () => {
    const one = await createAuth()
    const other = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof one.auth> }>()
    app.use(authenticate(one.auth))
    app.get('/', requireSession(one.auth), async (c) => {
      await c.var.auth.validate()
      return c.text(c.var.session.user.name)
    })
    app.get('/other', requireSession(other.auth), (c) => c.text('never'))
    expect((await app.request('/', { headers: one.headers })).status).toBe(200)
    expect(one.calls).toEqual(['read'])
    expect((await app.request('/other', { headers: one.headers })).status).toBe(401)
    expect(other.calls).toEqual(['read'])
  })

  it('lets otherwise sign a visitor in, also after other middleware set cookies', async () => {
    const { auth, session, token } = await createAuth()
    for (const isAuthenticated of [true, false]) {
      const app = new Hono()
      app.use(async (c, next) => {
        setCookie(c, 'lang', 'en')
        void c.res
        await next()
      })
      if (isAuthenticated) app.use(authenticate(auth))
      const asGuest = requireSession(auth, (c) => {
        c.var.auth.setSession(session)
        return c.redirect('/welcome')
      })
      app.get('/', asGuest, (c) => c.text('private'))
      const response = await app.request('/')
      expect(response.status).toBe(302)
      expect(cookiesOf(response)).toEqual(['lang=en; Path=/', setting(token)])
    }
  })

  it('separates two auth objects, and restores c.var.auth of the outer one', async () => {
    const one = await createAuth()
    const other = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof one.auth> }>()
    app.use(authenticate(one.auth))
    app.use(async (c, next) => {
      const outer = c.var.auth
      await next()
      expect(c.var.auth).toBe(outer)
    })
    app.use('/both', requireSession(one.auth), authenticate(other.auth))
    app.get('/both', async (c) => {
      expect(await c.var.auth.validate()).toBeNull()
      return c.text('bye')
    })
    const response = await app.request('/both', { headers: one.headers })
    expect(await response.text()).toBe('bye')
    expect(one.calls).toEqual(['read'])
    expect(other.calls).toEqual(['read'])
  })

  it('restores c.var.session of the outer auth object, not that of the same one', async () => {
    const { auth, headers, session } = await createAuth()
    const store = memoryStore()
    const other = limen({ store, sessionCookie: { name: 'other' }, middleware: hono() })
    const { userId } = await other.createUser({})
    const token = other.createBearerToken(await other.createSession({ userId }))
    const both = { ...headers, Cookie: `${headers.Cookie}; other=${token}` }
    const seen: unknown[] = []
    const note: MiddlewareHandler = async (c, next) => {
      await next()
      seen.push((c.get('session') as { sessionId: string } | undefined)?.sessionId)
    }
    const app = new Hono()
    app.get('/both', requireSession(auth), note, requireSession(other), (c) => c.text('ok'))
    app.get('/late', authenticate(auth), note, requireSession(other), (c) => c.text('ok'))
    app.get('/same', authenticate(auth), note, requireSession(auth), (c) => c.text('ok'))
    for (const path of ['/both', '/late', '/same']) {
      expect((await app.request(path, { headers: both })).status).toBe(200)
    }
    expect(seen).toEqual([session.sessionId, undefined, session.sessionId])
  })

  it('P4: rejects if the store is unavailable, and sends no cookie', async () => {
    const { headers } = await createAuth()
    const down = createAuthWithoutStore()
    const app = new Hono()
    app.get('/me', requireSession(down), (c) => c.text('private'))
    app.onError((error, c) => c.json({ code: (error as { code?: string }).code }, 503))
    const response = await app.request('/me', { headers })
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(cookiesOf(response)).toEqual([])
  })
})

describe('requireOrigin()', () => {
  it('P5: rejects a cross-origin request before the handler runs, signed in or not', async () => {
    const { auth, calls, headers } = await createAuth()
    let work = 0
    const app = new Hono()
    app.all('/sign-up', requireOrigin(auth), (c) => c.text(String(++work)))
    const send = (method: string, site: string, more: Record<string, string> = {}) =>
      app.request('/sign-up', { method, headers: { ...more, 'Sec-Fetch-Site': site } })
    for (const more of [{}, headers]) {
      const refused = await send('POST', 'cross-site', more)
      expect([refused.status, await refused.text()]).toEqual([403, 'Forbidden: cross-site'])
    }
    expect(work).toBe(0)
    expect((await send('POST', 'same-origin')).status).toBe(200)
    expect((await send('GET', 'cross-site')).status).toBe(200)
    expect(work).toBe(2)
    expect(calls).toEqual([])
  })
})

describe('a bearer token behind requireSession()', () => {
  const hint = 'Unauthorized: requireSession() reads the session cookie. Use requireBearer()'
  const bearer: [what: string, init: RequestInit, status: number, text: string][] = [
    ['POST', { method: 'POST', headers: { Authorization: 'Bearer x' } }, 401, hint],
    ['DELETE', { method: 'DELETE', headers: { Authorization: 'bearer x' } }, 401, hint],
    ['GET', { headers: { Authorization: 'Bearer x' } }, 401, hint],
    [
      'POST with Basic',
      { method: 'POST', headers: { Authorization: 'Basic x' } },
      403,
      'Forbidden: origin-missing',
    ],
    ['POST without a token', { method: 'POST' }, 403, 'Forbidden: origin-missing'],
    [
      'POST from another site',
      { method: 'POST', headers: { Authorization: 'Bearer x', Origin: 'https://evil.example' } },
      403,
      'Forbidden: origin-mismatch',
    ],
  ]
  it.each(bearer)('B5: %s', async (_, init, status, text) => {
    const { auth, calls } = await createAuth()
    const app = new Hono()
    app.all('/', requireSession(auth), (c) => c.text('never'))
    const response = await app.request(URL, init)
    expect([response.status, await response.text()]).toEqual([status, text])
    expect(calls).toEqual([])
  })

  it('B5: otherwise is not called for a POST with a bearer token', async () => {
    const { auth } = await createAuth()
    const app = new Hono()
    app.all(
      '/',
      requireSession(auth, (c) => c.redirect('/sign-in')),
    )
    const headers = { Authorization: 'Bearer x' }
    expect((await app.request(URL, { method: 'POST', headers })).status).toBe(401)
    expect((await app.request(URL, { headers })).status).toBe(302)
  })
})
