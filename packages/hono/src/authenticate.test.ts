import { type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type Context, Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type AuthVariables,
  type SessionVariables,
  authenticate,
  hono,
  requireOrigin,
  requireSession,
} from '@limen/hono'

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const gone = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
const set = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

/** An app's auth over a memory store, with somebody signed in. */
async function createAuth() {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const plain = memoryStore<{ name: string }>()
  const store: typeof plain = {
    ...plain,
    read(...args) {
      calls.push('read')
      return plain.read(...args)
    },
  }
  const auth = limen({
    store,
    middleware: hono(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  return { auth, calls, clock, headers, session, token }
}

/** A response as `fetch` gives it: its headers cannot be changed. workerd lets nobody pose as one. */
function fromElsewhere(): Response {
  const cookie: [string, string][] = [['Set-Cookie', 'elsewhere=1']]
  if (navigator.userAgent === 'Cloudflare-Workers') return new Response('page', { headers: cookie })
  const immutable = () => {
    throw new TypeError('immutable')
  }
  const headers = Object.assign(new Headers(cookie), { append: immutable, delete: immutable })
  return Object.defineProperty(new Response('page'), 'headers', { value: headers })
}

const cookiesOf = (response: Response) => response.headers.getSetCookie()

describe('authenticate()', () => {
  it('gives handlers a typed AuthRequest and asks the store only when they do', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.get('/', async (c) => c.text((await c.var.auth.validate())?.user.name ?? 'nobody'))
    app.get('/public', (c) => c.text('public'))
    app.get('/typed', authenticate(auth), async (c) => {
      expectTypeOf(await c.var.auth.validate()).toEqualTypeOf<InferSession<typeof auth> | null>()
      return c.text('')
    })

    const own = await app.request('/', { headers })
    expect(await own.text()).toBe('Ada')
    expect(own.headers.get('Cache-Control')).toBe('private, no-store')
    expect(own.headers.get('Vary')).toBe('Cookie')
    expect(calls).toEqual(['read'])

    const open = await app.request('/public', { headers })
    expect(open.headers.get('Cache-Control')).toBeNull()
    expect(open.headers.get('Vary')).toBeNull()
    expect(calls).toEqual(['read'])
  })

  it('types c.var for a whole app with AuthVariables', async () => {
    const { auth } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.get('/', (c) => {
      expectTypeOf(c.var.auth.validate()).resolves.toEqualTypeOf<InferSession<typeof auth> | null>()
      return c.text('')
    })
    const source = (_c: unknown) => auth
    type Validated = ReturnType<AuthVariables<typeof source>['auth']['validate']>
    expectTypeOf<Validated>().resolves.toEqualTypeOf<InferSession<typeof auth> | null>()
  })

  it('takes a function of the context in every shape that a Worker would write it', async () => {
    const { auth, headers } = await createAuth()
    type Bindings = { readonly KEY: string }
    const inline = new Hono<{ Bindings: Bindings }>().use(authenticate((c) => (c.env.KEY, auth)))
    const structural = (c: { env: Bindings }) => (c.env.KEY, auth)
    const app = new Hono<{ Bindings: Bindings }>()
    app.get('/', requireSession(structural), (c) => {
      expectTypeOf(c.env.KEY).toEqualTypeOf<string>()
      return c.text(c.var.session.user.name)
    })
    const behind = new Hono<{ Variables: SessionVariables<typeof structural> }>()
    behind.use('/account/*', requireSession(structural))
    behind.get('/account/me', (c) => c.text(c.var.session.user.name))
    for (const [one, path] of [
      [inline.route('/', app), '/'],
      [behind, '/account/me'],
    ] as const) {
      const response = await one.request(path, { headers }, { KEY: 'x' })
      expect(await response.text()).toBe('Ada')
    }
  })

  it('makes auth per request where it is given a function of the context', async () => {
    const { auth, headers } = await createAuth()
    type Bindings = { readonly KEY: string }
    const seen: string[] = []
    const app = new Hono<{ Bindings: Bindings; Variables: AuthVariables<typeof auth> }>()
    app.use(
      authenticate((c: Context<{ Bindings: Bindings }>) => {
        seen.push(c.env.KEY)
        return auth
      }),
    )
    app.get('/', async (c) => c.text(String((await c.var.auth.validate()) !== null)))
    expect(await (await app.request('/', { headers }, { KEY: 'one' })).text()).toBe('true')
    expect(await (await app.request('/', { headers }, { KEY: 'two' })).text()).toBe('true')
    expect(seen).toEqual(['one', 'two'])
  })

  type App = Hono<{ Variables: AuthVariables<Awaited<ReturnType<typeof createAuth>>['auth']> }>
  const answers: [what: string, route: (app: App) => void, own: string[]][] = [
    ['through the context', (app) => app.get('/', (c) => c.text('page')), []],
    [
      'through the context, with a cookie',
      (app) =>
        app.get('/', (c) => {
          setCookie(c, 'theme', 'dark')
          return c.text('page')
        }),
      ['theme=dark; Path=/'],
    ],
    [
      'with a Response of its own and its cookies',
      (app) =>
        app.get('/', () => {
          const response = new Response('page')
          response.headers.append('Set-Cookie', 'a=1')
          response.headers.append('Set-Cookie', 'b=2')
          return response
        }),
      ['a=1', 'b=2'],
    ],
    ['with an immutable redirect', (app) => app.get('/', () => Response.redirect('http://x/')), []],
    [
      'with a response from elsewhere, immutable and with cookies',
      (app) => app.get('/', fromElsewhere),
      ['elsewhere=1'],
    ],
    ['with a redirect', (app) => app.get('/', (c) => c.redirect('/elsewhere')), []],
    ['with nothing: not found', () => {}, []],
    [
      'from an error handler with its own cookie',
      (app) => {
        app.get('/', () => {
          throw new Error('broken')
        })
        app.onError((_error, c) => {
          setCookie(c, 'seen', 'error')
          return c.text('sorry', 500)
        })
      },
      ['seen=error; Path=/'],
    ],
    [
      'from an error handler with a Response of its own',
      (app) => {
        app.get('/', () => {
          throw new Error('broken')
        })
        app.onError(() => new Response('sorry', { status: 500, headers: { 'Set-Cookie': 'e=1' } }))
      },
      ['e=1'],
    ],
    [
      'from an HTTPException with its own response',
      (app) =>
        app.get('/', () => {
          const res = new Response('teapot', { status: 418, headers: { 'Set-Cookie': 'h=1' } })
          throw new HTTPException(418, { res })
        }),
      ['h=1'],
    ],
    [
      'after a middleware that sets a cookie on the way out',
      (app) => {
        app.use(async (c, next) => {
          await next()
          c.header('Set-Cookie', 'out=1', { append: true })
        })
        app.get('/', () => new Response('page', { headers: { 'Set-Cookie': 'in=1' } }))
      },
      ['in=1', 'out=1'],
    ],
  ]
  it.each(answers)('sends a renewed cookie beside the app’s own: %s', async (_, route, own) => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app: App = new Hono()
    app.use(authenticate(auth))
    app.use(async (c, next) => {
      await c.var.auth.validate()
      await next()
    })
    route(app)
    const response = await app.request('/', { headers })
    expect(cookiesOf(response)).toEqual([...own, set(token)])
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('sends one cookie, the sign-out, where a renewal came before it', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += DAY
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.post('/sign-out', async (c) => {
      await c.var.auth.validate()
      c.var.auth.setSession(null)
      return c.redirect('/')
    })
    const response = await app.request('http://localhost/sign-out', { method: 'POST', headers })
    expect(cookiesOf(response)).toEqual([gone])
  })

  it('P5: answers 403 where setSession refused a foreign request, without a cookie', async () => {
    const { auth, session } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.post('/sign-in', (c) => {
      c.var.auth.setSession(session)
      return c.text('signed in')
    })
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    const response = await app.request('/sign-in', { method: 'POST', headers })
    expect(response.status).toBe(403)
    expect(cookiesOf(response)).toEqual([])
  })

  it('gives the renewing write to waitUntil, where there is one', async () => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.get('/', async (c) => c.text(String((await c.var.auth.validate())?.fresh)))
    const pending: Promise<unknown>[] = []
    const executionCtx = {
      waitUntil: (work: Promise<unknown>) => void pending.push(work),
      passThroughOnException() {},
      props: {},
    }
    const response = await app.request('/', { headers }, {}, executionCtx)
    expect(await response.text()).toBe('true')
    expect(cookiesOf(response)).toEqual([set(token)])
    expect(pending).toHaveLength(1)
    await Promise.all(pending)
  })
})

describe('requireSession()', () => {
  it('lets a visitor through who is signed in, and types c.var.session', async () => {
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

  it('answers 401 to others, 403 to a foreign request', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.all('/me', requireSession(auth), (c) => c.text('private'))
    const anonymous = await app.request('/me')
    expect([anonymous.status, await anonymous.text()]).toEqual([401, 'Unauthorized'])
    expect(anonymous.headers.get('Vary')).toBe('Cookie')
    const foreign = await app.request('/me', {
      method: 'POST',
      headers: { ...headers, 'Sec-Fetch-Site': 'cross-site' },
    })
    expect([foreign.status, await foreign.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(calls).toEqual([])
  })

  it('runs the caller’s handler instead of the 401, but not instead of the 403', async () => {
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
    const foreign = await app.request('/account/page', { method: 'POST', headers })
    expect(foreign.status).toBe(403)
  })

  it('sends the cookie that app.onError sets after a refusal', async () => {
    const { auth } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.get('/me', requireSession(auth), (c) => c.text('me'))
    app.onError((_error, c) => {
      c.var.auth.setSession(null)
      return c.text('signed out', 401)
    })
    const response = await app.request('https://app.example/me')
    expect(response.status).toBe(401)
    expect(cookiesOf(response)).toEqual([gone])
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('lets app.onError dress the refusal, and sends the cookie that deletes', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += 15 * DAY
    for (const behind of [true, false]) {
      const app = new Hono()
      if (behind) app.use(authenticate(auth))
      app.get('/me', requireSession(auth), (c) => c.text('private'))
      app.onError((error, c) => {
        const status = error instanceof HTTPException ? error.status : 500
        setCookie(c, 'own', 'x')
        return c.text(`dressed ${status}`, status)
      })
      const response = await app.request('https://app.example/me', {
        headers: { ...headers, 'Sec-Fetch-Mode': 'navigate' },
      })
      expect(await response.text()).toBe('dressed 401')
      expect(cookiesOf(response).toSorted()).toEqual([gone, 'own=x; Path=/'].toSorted())
    }
  })

  it('behind authenticate() asks the store once, and for another auth anew', async () => {
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

  it('lets the caller’s handler sign a visitor in, also after others set cookies', async () => {
    const { auth, session, token } = await createAuth()
    for (const behind of [true, false]) {
      const app = new Hono()
      app.use(async (c, next) => {
        setCookie(c, 'lang', 'en')
        void c.res
        await next()
      })
      if (behind) app.use(authenticate(auth))
      const asGuest = requireSession(auth, (c) => {
        c.var.auth.setSession(session)
        return c.redirect('/welcome')
      })
      app.get('/', asGuest, (c) => c.text('private'))
      const response = await app.request('/')
      expect(response.status).toBe(302)
      expect(cookiesOf(response)).toEqual(['lang=en; Path=/', set(token)])
    }
  })

  it('keeps two auth objects apart, and gives the outer one back', async () => {
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

  it('P4: passes an outage on as an error, with the cookie kept', async () => {
    const { headers } = await createAuth()
    const down = limen({
      store: { ...memoryStore(), read: () => Promise.reject(new Error('down')) },
    })
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
  it('P5: refuses a foreign request before any work, signed in or not', async () => {
    const { auth, calls, headers } = await createAuth()
    let work = 0
    const app = new Hono()
    app.all('/sign-up', requireOrigin(auth), (c) => c.text(String(++work)))
    const ask = (method: string, site: string, more: Record<string, string> = {}) =>
      app.request('/sign-up', { method, headers: { ...more, 'Sec-Fetch-Site': site } })
    for (const more of [{}, headers]) {
      const refused = await ask('POST', 'cross-site', more)
      expect([refused.status, await refused.text()]).toEqual([403, 'Forbidden: cross-site'])
    }
    expect(work).toBe(0)
    expect((await ask('POST', 'same-origin')).status).toBe(200)
    expect((await ask('GET', 'cross-site')).status).toBe(200)
    expect(work).toBe(2)
    expect(calls).toEqual([])
  })
})

describe('hono()', () => {
  it('lets auth.handleRequest(c) work anywhere', async () => {
    const { auth, clock, headers, session, token } = await createAuth()
    const app = new Hono()
    app.get('/', async (c) => {
      setCookie(c, 'theme', 'dark')
      const found = await auth.handleRequest(c).validate()
      return c.text(found?.user.name ?? 'nobody')
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
    expect(cookiesOf(page)).toEqual(['theme=dark; Path=/', set(token)])
    expect(page.headers.get('Cache-Control')).toBe('private, no-store')
    clock.now -= DAY
    const post = { method: 'POST', headers }
    expect(cookiesOf(await app.request('/sign-in', post))).toEqual([set(token)])
    expect(cookiesOf(await app.request('/sign-out', post))).toEqual(['theme=dark; Path=/', gone])
  })

  it('P5: answers 403 where setSession refused a foreign request', async () => {
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
