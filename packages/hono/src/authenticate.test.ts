import type { InferSession } from '@limen/core'
import { type Context, Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type AuthVariables,
  type SessionVariables,
  authenticate,
  requireSession,
} from '@limen/hono'
import { type App, DAY, cookiesOf, createAuth, deleting, setting } from '../test/app.ts'

/** A response as `fetch` returns it, with immutable headers. workerd rejects such a replica. */
function fetchedResponse(): Response {
  const cookie: [string, string][] = [['Set-Cookie', 'fetched=1']]
  if (navigator.userAgent === 'Cloudflare-Workers') return new Response('page', { headers: cookie })
  const immutable = () => {
    throw new TypeError('immutable')
  }
  const headers = Object.assign(new Headers(cookie), { append: immutable, delete: immutable })
  return Object.defineProperty(new Response('page'), 'headers', { value: headers })
}

describe('authenticate()', () => {
  it('gives handlers a typed AuthRequest, and reads the store only if they validate', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.get('/', async (c) => c.text((await c.var.auth.validate())?.user.name ?? 'anonymous'))
    app.get('/public', (c) => c.text('public'))
    app.get('/typed', authenticate(auth), async (c) => {
      expectTypeOf(await c.var.auth.validate()).toEqualTypeOf<InferSession<typeof auth> | null>()
      return c.text('')
    })

    const page = await app.request('/', { headers })
    expect(await page.text()).toBe('Ada')
    expect(page.headers.get('Cache-Control')).toBe('private, no-store')
    expect(page.headers.get('Vary')).toBe('Cookie')
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

  it('accepts a function of the context with any annotation of its parameter', async () => {
    const { auth, headers } = await createAuth()
    type Bindings = { readonly KEY: string }
    const inline = new Hono<{ Bindings: Bindings }>().use(authenticate((c) => (c.env.KEY, auth)))
    const structural = (c: { env: Bindings }) => (c.env.KEY, auth)
    const app = new Hono<{ Bindings: Bindings }>()
    app.get('/', requireSession(structural), (c) => {
      expectTypeOf(c.env.KEY).toEqualTypeOf<string>()
      return c.text(c.var.session.user.name)
    })
    const account = new Hono<{ Variables: SessionVariables<typeof structural> }>()
    account.use('/account/*', requireSession(structural))
    account.get('/account/me', (c) => c.text(c.var.session.user.name))
    for (const [one, path] of [
      [inline.route('/', app), '/'],
      [account, '/account/me'],
    ] as const) {
      const response = await one.request(path, { headers }, { KEY: 'x' })
      expect(await response.text()).toBe('Ada')
    }
  })

  it('calls a function of the context for each request', async () => {
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
      'with a new Response and its cookies',
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
      'with a response of fetch, immutable and with cookies',
      (app) => app.get('/', fetchedResponse),
      ['fetched=1'],
    ],
    ['with a redirect', (app) => app.get('/', (c) => c.redirect('/next')), []],
    ['without a route: not found', () => {}, []],
    [
      'from an error handler that sets a cookie',
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
      'from an error handler that returns a new Response',
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
  it.each(answers)(
    'sends a renewed cookie beside the cookies of the app: %s',
    async (_, route, own) => {
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
      expect(cookiesOf(response)).toEqual([...own, setting(token)])
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    },
  )

  it('sends only the deleting cookie after a renewal and a sign-out', async () => {
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
    expect(cookiesOf(response)).toEqual([deleting])
  })

  it('P5: answers 403 without a cookie if setSession() rejects a cross-origin request', async () => {
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

  it('passes the renewing write to waitUntil', async () => {
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
    expect(cookiesOf(response)).toEqual([setting(token)])
    expect(pending).toHaveLength(1)
    await Promise.all(pending)
  })
})
