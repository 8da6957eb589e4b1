import { type InferSession, cors } from '@limen/core'
import { type Context, Hono } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type OptionalSessionVariables,
  type SessionVariables,
  authenticate,
  requireBearer,
  requireOrigin,
  requireRecentSignIn,
  requireSession,
} from '@limen/hono'
import {
  DAY,
  PUBLIC,
  type TestAuth,
  URL,
  cookiesOf,
  createAuth,
  createAuthWithoutStore,
  setting,
} from '../test/app.ts'

const CHALLENGE = 'Bearer realm="session"'
const INVALID_TOKEN = `${CHALLENGE}, error="invalid_token"`
const FROM_BOTH = { from: ['cookie', 'bearer'] } as const
const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

const bearerOf = (token: string) => ({ Authorization: `Bearer ${token}` })
const challengeOf = (response: Response) => response.headers.get('WWW-Authenticate')

describe('requireBearer()', () => {
  it('runs the handler for a valid token, and types c.var.session', async () => {
    const { auth, calls, token } = await createAuth()
    const app = new Hono()
    app.get('/me', requireBearer(auth), (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<InferSession<typeof auth>>()
      c.header('Cache-Control', PUBLIC)
      return c.text(c.var.session.user.name)
    })
    const response = await app.request('/me', { headers: bearerOf(token) })
    expect(await response.text()).toBe('Ada')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('Vary')).toBe('Authorization')
    expect(challengeOf(response)).toBeNull()
    expect(calls).toEqual(['read'])
  })

  type Refusal = [what: string, headers: Record<string, string>, challenge: string, text: string]
  const refused = 'Unauthorized: the bearer token opens no session'
  const refusals: Refusal[] = [
    ['no token', {}, CHALLENGE, 'Unauthorized'],
    ['the scheme alone', { Authorization: 'Bearer' }, CHALLENGE, 'Unauthorized'],
    ['another scheme', { Authorization: 'Basic YTpi' }, CHALLENGE, 'Unauthorized'],
    ['a malformed token', bearerOf('x'), INVALID_TOKEN, refused],
    ['two tokens', bearerOf('a b'), INVALID_TOKEN, refused],
    ['an unknown token', bearerOf(`${'x'.repeat(22)}.${'y'.repeat(32)}`), INVALID_TOKEN, refused],
  ]
  it.each(refusals)('answers 401 with a challenge: %s', async (_, headers, challenge, text) => {
    const { auth } = await createAuth()
    const app = new Hono()
    app.all('/', requireBearer(auth), (c) => c.text('never'))
    for (const method of ['GET', 'POST']) {
      const response = await app.request(URL, { method, headers: { ...headers, ...evil } })
      expect([response.status, await response.text()]).toEqual([401, text])
      expect(challengeOf(response)).toBe(challenge)
      expect(response.headers.get('Vary')).toBe('Authorization')
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
      expect(cookiesOf(response)).toEqual([])
    }
  })

  it('does not read the cookie, also with a refused token', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.get('/', requireBearer(auth), (c) => c.text('never'))
    expect(challengeOf(await app.request(URL, { headers }))).toBe(CHALLENGE)
    const both = await app.request(URL, { headers: { ...headers, ...bearerOf('x') } })
    expect(challengeOf(both)).toBe(INVALID_TOKEN)
    expect(calls).toEqual([])
  })

  it('sends one challenge, however app.onError answers', async () => {
    const { auth } = await createAuth()
    const answers = {
      text: (c: Context) => c.text('own', 401),
      json: (c: Context) => c.json({ error: 'unauthorized' }, 401),
      own: (_: Context, error: Error) => (error as HTTPException).getResponse(),
    }
    for (const answer of Object.values(answers)) {
      const app = new Hono()
      app.get('/', requireBearer(auth), (c) => c.text('never'))
      app.onError((error, c) => answer(c, error))
      const response = await app.request(URL)
      expect([response.status, challengeOf(response)]).toEqual([401, CHALLENGE])
    }
  })

  it('lets a cross-origin page write with a bearer token and no cookie', async () => {
    const { auth, events, session, token } = await createAuth()
    events.length = 0
    const app = new Hono<{ Variables: SessionVariables<TestAuth> }>()
    app.use(requireBearer(auth))
    app.post('/notes', (c) => c.text(`stored for ${c.var.session.user.name}`))
    app.post('/cookie', (c) => {
      c.var.auth.setSession(session)
      return c.text('never')
    })
    const init = { method: 'POST', headers: { ...bearerOf(token), ...evil } }
    expect(await (await app.request('/notes', init)).text()).toBe('stored for Ada')
    expect(events).toEqual([])
    // It sets a cookie, for which the CSRF rules are the same as everywhere.
    const refused = await app.request('/cookie', init)
    expect([refused.status, await refused.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(cookiesOf(refused)).toEqual([])
  })

  it('renews an idle session without a cookie', async () => {
    const { auth, calls, clock, token } = await createAuth()
    clock.now += DAY
    const app = new Hono()
    app.get('/', requireBearer(auth), (c) => c.text(String(c.var.session.fresh)))
    const response = await app.request(URL, { headers: bearerOf(token) })
    expect(await response.text()).toBe('true')
    expect(cookiesOf(response)).toEqual([])
    expect(calls).toEqual(['read', 'renew'])
  })

  it('leaves a preflight to the middleware before it', async () => {
    const { auth, calls, token } = await createAuth()
    const allowed = cors({ csrfProtection: { trustedOrigins: ['https://client.example'] } })
    const app = new Hono()
    app.use(async (c, next) => {
      const preflight = allowed.preflight(c.req.raw)
      if (preflight) return preflight
      await next()
      c.res = allowed.respond(c.req.raw, c.res)
      return undefined
    })
    app.use(requireBearer(auth))
    app.delete('/notes', (c) => c.text('deleted'))
    const Origin = 'https://client.example'
    const preflight = await app.request(`${URL}notes`, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'authorization',
      },
    })
    expect([preflight.status, challengeOf(preflight)]).toEqual([204, null])
    expect(calls).toEqual([])
    const init = { method: 'DELETE', headers: { Origin, ...bearerOf(token) } }
    const response = await app.request(`${URL}notes`, init)
    expect(await response.text()).toBe('deleted')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(Origin)
    expect(response.headers.get('Vary')?.split(', ').toSorted()).toEqual([
      'Authorization',
      'Origin',
    ])
  })

  it('P4: an outage is not a refused token', async () => {
    const { token } = await createAuth()
    const app = new Hono()
    app.get('/', requireBearer(createAuthWithoutStore()), (c) => c.text('never'))
    app.onError((error, c) => c.text((error as Error & { code: string }).code, 503))
    const response = await app.request(URL, { headers: bearerOf(token) })
    expect([response.status, await response.text()]).toEqual([503, 'AUTH_STORE_UNAVAILABLE'])
    expect(challengeOf(response)).toBeNull()
  })
})

describe('authenticate() with from', () => {
  async function createApp(from: readonly ('cookie' | 'bearer')[] = FROM_BOTH.from) {
    const made = await createAuth()
    const app = new Hono<{ Variables: OptionalSessionVariables<TestAuth> }>()
    app.use(authenticate(made.auth, { from }))
    app.all('/', (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<InferSession<TestAuth> | null>()
      return c.text(c.var.session?.user.name ?? 'anonymous')
    })
    app.all('/member', requireSession(made.auth), (c) => c.text(c.var.session.user.name))
    app.all(
      '/page',
      requireSession(made.auth, (c) => c.redirect('/sign-in')),
      (c) => c.text(c.var.session.user.name),
    )
    app.post('/public', requireOrigin(made.auth), (c) => c.text('public'))
    return { ...made, app }
  }

  it('types c.var.session on a route', async () => {
    const { auth, token } = await createAuth()
    const app = new Hono()
    app.get('/', authenticate(auth, FROM_BOTH), (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<InferSession<TestAuth> | null>()
      return c.text(c.var.session?.user.name ?? 'anonymous')
    })
    expect(await (await app.request(URL, { headers: bearerOf(token) })).text()).toBe('Ada')
    // @ts-expect-error: a source that does not exist
    expect(() => authenticate(auth, { from: ['query'] })).toThrow()
  })

  it('reads the store once for the middleware and the handler', async () => {
    const { app, calls, headers, token } = await createApp()
    for (const one of [headers, bearerOf(token)]) {
      calls.length = 0
      expect(await (await app.request('/member', { headers: one })).text()).toBe('Ada')
      expect(calls).toEqual(['read'])
    }
  })

  it('varies by the headers that decide', async () => {
    const { app, headers, token } = await createApp()
    const varyOf = async (one: Record<string, string>) =>
      (await app.request(URL, { headers: one })).headers.get('Vary')
    expect(await varyOf({})).toBe('Authorization, Cookie')
    expect(await varyOf(headers)).toBe('Authorization, Cookie')
    expect(await varyOf(bearerOf(token))).toBe('Authorization')
  })

  it('the bearer token decides if a request has both, and does not fall back', async () => {
    const { app, auth, calls, headers } = await createApp()
    const bob = await auth.createUser({ attributes: { name: 'Bob' } })
    const token = auth.createBearerToken(await auth.createSession(bob))
    const both = { ...headers, ...bearerOf(token) }
    expect(await (await app.request(URL, { headers: both })).text()).toBe('Bob')
    expect(calls).toEqual(['read'])
    for (const Authorization of ['Bearer x', 'bearer', 'Bearer a b']) {
      const response = await app.request(URL, { headers: { ...headers, Authorization } })
      expect(await response.text()).toBe('anonymous')
    }
    expect(calls).toEqual(['read'])
    const basic = { ...headers, Authorization: 'Basic YTpi' }
    expect(await (await app.request(URL, { headers: basic })).text()).toBe('Ada')
  })

  it('P5: applies the CSRF rules to the cookie, and not to the bearer token', async () => {
    const { app, headers, token } = await createApp()
    const post = (more: Record<string, string>, path = '/member') =>
      app.request(URL.slice(0, -1) + path, { method: 'POST', headers: more })
    expect(await (await post({ ...headers, ...evil }, '/')).text()).toBe('anonymous')
    expect(await (await post({ ...headers, ...evil })).text()).toBe('Forbidden: cross-site')
    expect(await (await post({ ...bearerOf(token), ...evil })).text()).toBe('Ada')
    expect(await (await post(bearerOf(token))).text()).toBe('Ada')
    expect(await (await post({ ...bearerOf(token), ...evil }, '/public')).text()).toBe(
      'Forbidden: cross-site',
    )
  })

  it('answers 401 with a challenge behind requireSession(), and gives no CSRF reason', async () => {
    const { app, headers } = await createApp()
    const refusals: [init: RequestInit, challenge: string][] = [
      [{}, CHALLENGE],
      [{ method: 'POST' }, CHALLENGE],
      [{ method: 'POST', headers: bearerOf('x') }, INVALID_TOKEN],
      [{ method: 'POST', headers: { ...bearerOf('x'), ...evil } }, INVALID_TOKEN],
      [{ headers: { ...headers, ...bearerOf('x') } }, INVALID_TOKEN],
    ]
    for (const [init, challenge] of refusals) {
      const response = await app.request(`${URL}member`, init)
      expect([response.status, challengeOf(response)]).toEqual([401, challenge])
    }
  })

  it('calls otherwise for browsers, and answers 401 to a client with a bearer token', async () => {
    const { app } = await createApp()
    expect((await app.request('/page')).status).toBe(302)
    const response = await app.request('/page', { headers: bearerOf('x') })
    expect([response.status, challengeOf(response)]).toEqual([401, INVALID_TOKEN])
  })

  it('with ["bearer"] does not read the cookie', async () => {
    const { app, calls, headers } = await createApp(['bearer'])
    expect(await (await app.request(URL, { headers })).text()).toBe('anonymous')
    expect(challengeOf(await app.request('/member', { headers }))).toBe(CHALLENGE)
    expect(calls).toEqual([])
  })

  it('with ["cookie"] does not read the token, and renews before the handler runs', async () => {
    const { app, clock, headers, token } = await createApp(['cookie'])
    expect(await (await app.request(URL, { headers: bearerOf(token) })).text()).toBe('anonymous')
    const refused = await app.request('/member', { headers: bearerOf(token) })
    expect([refused.status, challengeOf(refused)]).toEqual([401, null])
    clock.now += DAY
    expect(cookiesOf(await app.request(URL, { headers }))).toEqual([setting(token)])
  })

  it('does not apply to another auth object', async () => {
    const { app, token } = await createApp()
    const other = await createAuth()
    app.get('/other', requireSession(other.auth), (c) => c.text('never'))
    const headers = bearerOf(other.token)
    expect(challengeOf(await app.request('/other', { headers }))).toBeNull()
    expect((await app.request('/other', { headers })).status).toBe(401)
    expect((await app.request('/', { headers: bearerOf(token) })).status).toBe(200)
  })

  it('P4: rejects if the store is unavailable', async () => {
    const { headers } = await createAuth()
    const app = new Hono()
    app.use(authenticate(createAuthWithoutStore(), FROM_BOTH))
    app.get('/', (c) => c.text('never'))
    app.onError((error, c) => c.text((error as Error & { code: string }).code, 503))
    expect((await app.request(URL, { headers })).status).toBe(503)
    expect((await app.request(URL)).status).toBe(200)
  })
})

describe('requireRecentSignIn()', () => {
  const MINUTES = 60_000
  const within = { withinMs: 10 * MINUTES }
  const again = 'Unauthorized: sign in again'

  it('runs the handler until the period ends, not at its end', async () => {
    const { auth, calls, clock, headers } = await createAuth()
    const app = new Hono()
    app.post('/', requireRecentSignIn(auth, within), (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<InferSession<TestAuth>>()
      return c.text(c.var.session.user.name)
    })
    clock.now += 10 * MINUTES - 1
    const recent = await app.request(URL, { method: 'POST', headers })
    expect(await recent.text()).toBe('Ada')
    expect(recent.headers.get('Cache-Control')).toBe('private, no-store')
    expect(calls).toEqual(['read'])
    clock.now += 1
    const old = await app.request(URL, { method: 'POST', headers })
    expect([old.status, await old.text()]).toEqual([401, again])
    expect(challengeOf(old)).toBeNull()
    expect(old.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('does not count a renewal, and sends its cookie', async () => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app = new Hono()
    app.get('/', requireRecentSignIn(auth, within), (c) => c.text('never'))
    const response = await app.request(URL, { headers })
    expect([response.status, await response.text()]).toEqual([401, again])
    expect(cookiesOf(response)).toEqual([setting(token)])
  })

  it('rejects what requireSession() rejects', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.all('/', requireRecentSignIn(auth, within), (c) => c.text('never'))
    const anonymous = await app.request(URL)
    expect([anonymous.status, await anonymous.text()]).toEqual([401, 'Unauthorized'])
    const forged = await app.request(URL, { method: 'POST', headers: { ...headers, ...evil } })
    expect([forged.status, await forged.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(calls).toEqual([])
  })

  it('calls otherwise for an old session and for none, and not for a 403', async () => {
    const { auth, clock, headers } = await createAuth()
    const app = new Hono()
    const confirm = requireRecentSignIn(auth, within, (c) =>
      c.text(`confirm: ${c.var.session?.user.name ?? 'anonymous'}`),
    )
    app.all('/', confirm, (c) => c.text('changed'))
    expect(await (await app.request(URL, { headers })).text()).toBe('changed')
    clock.now += 10 * MINUTES
    expect(await (await app.request(URL, { headers })).text()).toBe('confirm: Ada')
    expect(await (await app.request(URL)).text()).toBe('confirm: anonymous')
    expect((await app.request(URL, { method: 'POST', headers: evil })).status).toBe(403)
  })

  it('challenges an old bearer token as RFC 9470 does', async () => {
    const { auth, clock, token } = await createAuth()
    const app = new Hono()
    const guard = requireRecentSignIn(auth, within, (c) => c.redirect('/sign-in'))
    app.post('/0', requireBearer(auth), guard, (c) => c.text(c.var.session.user.name))
    app.post('/1', authenticate(auth, FROM_BOTH), guard, (c) => c.text(c.var.session.user.name))
    const init = { method: 'POST', headers: bearerOf(token) }
    for (const path of ['/0', '/1'])
      expect(await (await app.request(path, init)).text()).toBe('Ada')
    clock.now += 10 * MINUTES
    for (const path of ['/0', '/1']) {
      const response = await app.request(path, init)
      expect([response.status, await response.text()]).toEqual([401, again])
      expect(challengeOf(response)).toBe(
        `${CHALLENGE}, error="insufficient_user_authentication", max_age="600"`,
      )
    }
  })

  it('uses the clock of the auth object that a function of the context returns', async () => {
    const { auth, clock, headers } = await createAuth()
    const app = new Hono()
    app.get(
      '/',
      requireRecentSignIn(() => auth, { withinMs: 1 }),
      (c) => c.text('recent'),
    )
    expect((await app.request(URL, { headers })).status).toBe(200)
    clock.now += 1
    expect((await app.request(URL, { headers })).status).toBe(401)
  })
})
