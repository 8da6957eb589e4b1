import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { describe, expect, it } from 'vitest'
import { authenticate, requireOrigin, requireSession } from '@limen/hono'
import {
  type App,
  DAY,
  URL,
  cookiesOf,
  createAuth,
  deleting,
  passing,
  setting,
} from '../test/app.ts'

describe('hono()', () => {
  it('makes auth.handleRequest(c) work without middleware', async () => {
    const { auth, clock, headers, session, token } = await createAuth()
    const app = new Hono()
    app.get('/', async (c) => {
      setCookie(c, 'theme', 'dark')
      const found = await auth.handleRequest(c).validate()
      return c.text(found?.user.name ?? 'anonymous')
    })
    app.post('/sign-in', (c) => {
      const authRequest = auth.handleRequest(c)
      authRequest.setSession(null)
      authRequest.setSession(session)
      return c.redirect('/')
    })
    app.post('/sign-out', (c) => {
      auth.handleRequest(c).setSession(null)
      setCookie(c, 'theme', 'dark')
      return c.text('bye')
    })
    clock.now += DAY
    const page = await app.request('/', { headers })
    expect(await page.text()).toBe('Ada')
    expect(cookiesOf(page)).toEqual(['theme=dark; Path=/', setting(token)])
    expect(page.headers.get('Cache-Control')).toBe('private, no-store')
    clock.now -= DAY
    const post = { method: 'POST', headers }
    expect(cookiesOf(await app.request('/sign-in', post))).toEqual([setting(token)])
    expect(cookiesOf(await app.request('/sign-out', post))).toEqual([
      'theme=dark; Path=/',
      deleting,
    ])
  })

  it('P5: answers 403 if setSession() rejects a cross-origin request', async () => {
    const { auth, session } = await createAuth()
    const app = new Hono()
    app.post('/sign-in', (c) => {
      auth.handleRequest(c).setSession(session)
      return c.text('signed in')
    })
    const headers = { 'Sec-Fetch-Site': 'same-site', Origin: 'http://evil.localhost' }
    const response = await app.request('/sign-in', { method: 'POST', headers })
    expect(response.status).toBe(403)
    expect(cookiesOf(response)).toEqual([])
  })
})

describe('one AuthRequest per context', () => {
  it('auth.handleRequest(c) and authenticate(auth) share it, and the last setSession() wins', async () => {
    const { auth, calls, headers, session, token } = await createAuth()
    const app: App = new Hono()
    app.use('/first', async (c, next) => {
      await auth.handleRequest(c).validate()
      await next()
    })
    app.use(authenticate(auth))
    app.post('/*', async (c) => {
      await c.var.auth.validate()
      c.var.auth.setSession(session)
      expect(auth.handleRequest(c)).toBe(c.var.auth)
      if (c.req.query('out')) auth.handleRequest(c).setSession(null)
      return c.redirect('/')
    })
    const post = { method: 'POST', headers }
    for (const path of ['first', 'second']) {
      expect(cookiesOf(await app.request(`${URL}${path}`, post))).toEqual([setting(token)])
      const out = await app.request(`${URL}${path}?out=1`, post)
      expect(cookiesOf(out)).toEqual([deleting])
      expect(out.headers.get('Vary')).toBe('Cookie')
      expect(calls.splice(0)).toEqual(['read', 'read'])
    }
  })

  it('where auth is a function, each context makes one', async () => {
    const { auth, calls, headers } = await createAuth()
    let made = 0
    const source = () => {
      made++
      return { ...auth }
    }
    const app = new Hono()
    app.use(authenticate(source), requireOrigin(source))
    app.get('/', requireSession(source), (c) => c.text(c.var.session.user.name))
    await app.request(URL, { headers })
    await app.request(URL, { headers })
    expect(made).toBe(2)
    expect(calls).toEqual(['read', 'read'])
  })
})

describe('one Response object that an app returns to several visitors', () => {
  it.each(['authenticate', 'hono()'])('D: gets no cookie of another visitor: %s', async (mode) => {
    const { auth, session } = await createAuth()
    const done = new Response(null, { status: 204 })
    const app = new Hono()
    if (mode === 'authenticate') app.use(authenticate(auth))
    else app.use(passing)
    app.post('/', (c) => {
      auth.handleRequest(c).setSession(session)
      return done
    })
    app.get('/', () => done)
    const signedIn = await app.request(URL, {
      method: 'POST',
      headers: { Origin: 'https://app.example', 'Sec-Fetch-Site': 'same-origin' },
    })
    expect(cookiesOf(signedIn)).toHaveLength(1)
    expect(cookiesOf(await app.request(URL))).toEqual([])
    expect(done.headers.getSetCookie()).toEqual([])
  })
})
