import { type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate, getAuth, requireOrigin, requireSession } from '@limen/h3'
import { H3, HTTPError, type Middleware, html, redirect, setCookie } from 'h3'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { DAY, PUBLIC, type TestAuth, URL, createAuth, deleting, marksOf } from '../test/app.ts'

const OWN = 'theme=dark; Path=/'
const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

const guards: [what: string, guard: (auth: TestAuth) => Middleware][] = [
  ['authenticate()', (auth) => authenticate(auth)],
  ['requireOrigin()', (auth) => requireOrigin(auth)],
  ['requireSession()', (auth) => requireSession(auth)],
]

/** An app whose handlers all validate a session that is idle. */
async function createIdle(guard: (auth: TestAuth) => Middleware = (auth) => authenticate(auth)) {
  const given = await createAuth()
  given.clock.now += DAY
  const app = new H3({ silent: true })
  app.use(guard(given.auth))
  app.use(async (event, next) => {
    await getAuth(given.auth, event).validate()
    return next()
  })
  return { ...given, app }
}

describe('authenticate()', () => {
  it('getAuth() is typed, and reads the store once, if a handler validates', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new H3()
    app.use(authenticate(auth))
    app.get('/', async (event) => {
      const [session] = await Promise.all([
        getAuth(auth, event).validate(),
        getAuth(auth, event).validate(),
      ])
      expectTypeOf(session).toEqualTypeOf<InferSession<TestAuth> | null>()
      return session?.user.name ?? 'anonymous'
    })
    app.get('/public', () => 'public')

    const page = await app.request(URL, { headers })
    expect(await page.text()).toBe('Ada')
    expect(marksOf(page)).toEqual({
      cookies: [],
      cacheControl: 'private, no-store',
      vary: 'Cookie',
    })
    expect(calls).toEqual(['read'])

    const open = await app.request(`${URL}public`, { headers })
    expect(marksOf(open)).toEqual({ cookies: [], cacheControl: null, vary: null })
    expect(await (await app.request(URL)).text()).toBe('anonymous')
    expect(calls).toEqual(['read'])
  })

  const answers: [what: string, status: number, route: (app: H3) => void, own: string[]][] = [
    ['a value', 200, (app) => app.get('/', () => ({ page: 1 })), []],
    [
      'a value and a cookie of the app',
      200,
      (app) =>
        app.get('/', (event) => {
          setCookie(event, 'theme', 'dark')
          return html('page')
        }),
      [OWN],
    ],
    [
      'a Response and cookies of the app',
      200,
      (app) =>
        app.get('/', (event) => {
          setCookie(event, 'theme', 'dark')
          return new Response('page', { headers: { 'Set-Cookie': 'a=1' } })
        }),
      ['a=1', OWN],
    ],
    ['an immutable redirect', 302, (app) => app.get('/', () => Response.redirect(URL)), []],
    ['a redirect of h3', 302, (app) => app.get('/', () => redirect('/next')), []],
    [
      'an empty response',
      204,
      (app) => app.get('/', () => new Response(null, { status: 204 })),
      [],
    ],
    ['no value', 200, (app) => app.get('/', () => undefined), []],
    ['no route', 404, () => {}, []],
    [
      'an HTTPError',
      418,
      (app) =>
        app.get('/', () => {
          throw new HTTPError({ status: 418, headers: { 'Set-Cookie': 'h=1' } })
        }),
      ['h=1'],
    ],
    [
      'an error',
      500,
      (app) =>
        app.get('/', () => {
          throw new Error('broken')
        }),
      [],
    ],
    [
      'a 304',
      304,
      (app) => app.get('/', () => new Response(null, { status: 304, headers: { ETag: '"v1"' } })),
      [],
    ],
    [
      'a page that the app made public',
      200,
      (app) =>
        app.get('/', (event) => {
          event.res.headers.set('Cache-Control', PUBLIC)
          return new Response('page', { headers: { 'CDN-Cache-Control': PUBLIC } })
        }),
      [],
    ],
  ]
  describe.each(guards)('%s sends a renewed cookie and private headers', (_, guard) => {
    it.each(answers)('with %s (%i)', async (_what, status, route, own) => {
      const { app, headers, setting, calls } = await createIdle(guard)
      route(app)
      const response = await app.request(URL, { headers })
      expect(response.status).toBe(status)
      const { cookies, ...marks } = marksOf(response)
      expect(cookies.toSorted()).toEqual([...own, setting].toSorted())
      expect(marks).toEqual({ cacheControl: 'private, no-store', vary: 'Cookie' })
      expect(response.headers.get('CDN-Cache-Control')).toBeNull()
      expect(calls).toEqual(['read', 'renew'])
    })
  })

  it("leaves errors to the app's onError", async () => {
    const { auth, headers } = await createAuth()
    const app = new H3({ silent: true, onError: (error) => new Response(`own ${error.status}`) })
    app.use(authenticate(auth))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.get('/circular', () => {
      const circular: Record<string, unknown> = {}
      circular['self'] = circular
      return circular
    })
    for (const [path, text] of [
      ['broken', 'own 500'],
      ['circular', 'own 500'],
      ['missing', 'own 404'],
    ] as const) {
      expect(await (await app.request(URL + path, { headers })).text()).toBe(text)
    }
  })

  it('does not change an error object that the app shares between visitors', async () => {
    const { app, headers, setting } = await createIdle()
    const shared = new HTTPError({ status: 418, headers: { 'X-Own': '1' } })
    app.get('/', () => {
      throw shared
    })
    expect(marksOf(await app.request(URL, { headers })).cookies).toEqual([setting])
    expect(marksOf(await app.request(URL)).cookies).toEqual([])
  })

  it('signs in and out; the last cookie wins over a renewal', async () => {
    const { app, auth, headers } = await createIdle()
    app.post('/sign-out', (event) => {
      getAuth(auth, event).setSession(null)
      return redirect('/')
    })
    const response = await app.request(`${URL}sign-out`, { method: 'POST', headers })
    expect(marksOf(response).cookies).toEqual([deleting])
  })

  it('P5: answers 403 without a cookie if setSession() rejects a cross-origin request', async () => {
    const { auth, calls, headers, session } = await createAuth()
    const app = new H3({ silent: true })
    app.use(authenticate(auth))
    app.post('/', (event) => {
      getAuth(auth, event).setSession(session)
      return 'signed in'
    })
    const response = await app.request(URL, { method: 'POST', headers: { ...headers, ...evil } })
    expect([response.status, marksOf(response).cookies, calls]).toEqual([403, [], []])
  })

  it('throws AUTH_RESPONSE_SENT in a streamed body, and renews nothing there', async () => {
    const { auth, calls, clock, events, headers } = await createAuth()
    clock.now += DAY
    const app = new H3()
    app.use(authenticate(auth))
    app.get('/', (event) => {
      const request = getAuth(auth, event)
      return new ReadableStream({
        async start(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          const name = (await request.validate())?.user.name
          let code
          try {
            request.setSession(null)
          } catch (error) {
            code = (error as { code: string }).code
          }
          controller.enqueue(new TextEncoder().encode(`${name} ${code}`))
          controller.close()
        },
      })
    })
    const response = await app.request(URL, { headers })
    expect(await response.text()).toBe('Ada AUTH_RESPONSE_SENT')
    expect(calls).toEqual(['read'])
    expect(events).toContain('validated-late')
  })

  it('eager can be a function of the event', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new H3()
    app.use(authenticate(auth, { eager: ({ url }) => url.pathname !== '/public' }))
    app.get('/**', () => 'page')
    const open = await app.request(`${URL}public`, { headers })
    expect([marksOf(open).cacheControl, calls]).toEqual([null, []])
    const page = await app.request(`${URL}page`, { headers })
    expect([marksOf(page).cacheControl, calls]).toEqual(['private, no-store', ['read']])
  })

  it('HEAD does not renew', async () => {
    const { app, calls, headers } = await createIdle()
    app.get('/', () => 'page')
    const response = await app.request(URL, { method: 'HEAD', headers })
    expect(marksOf(response)).toEqual({
      cookies: [],
      cacheControl: 'private, no-store',
      vary: 'Cookie',
    })
    expect(calls).toEqual(['read'])
  })

  it('a WebSocket handshake keeps its hooks, and does not renew', async () => {
    const { app, calls, headers } = await createIdle()
    const hooks = { open() {} }
    app.get('/', () => Object.assign(new Response('', { status: 426 }), { crossws: hooks }))
    const handshake = { ...headers, Upgrade: 'websocket', Origin: 'https://app.example' }
    const response = await app.request(URL, { headers: handshake })
    expect((response as { crossws?: object }).crossws).toBe(hooks)
    expect(calls).toEqual(['read'])
  })

  it('passes the renewing write to waitUntil', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += DAY
    const app = new H3()
    app.use(authenticate(auth))
    app.get('/', async (event) => String((await getAuth(auth, event).validate())?.fresh))
    const pending: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void pending.push(work)
    const response = await app.fetch(Object.assign(new Request(URL, { headers }), { waitUntil }))
    expect([await response.text(), pending.length]).toEqual(['true', 1])
    await Promise.all(pending)
  })

  it('two auth objects share an event', async () => {
    const one = await createAuth()
    const other = await createAuth()
    const app = new H3()
    app.use(authenticate(one.auth))
    app.use(authenticate(other.auth))
    app.get('/', async (event) => {
      const [ours, theirs] = [getAuth(one.auth, event), getAuth(other.auth, event)]
      return [(await ours.validate())?.user.name, (await theirs.validate())?.user.name]
    })
    expect(await (await app.request(URL, one)).json()).toEqual(['Ada', null])
  })
})

describe('requireSession()', () => {
  it('answers 401 to anonymous visitors, and 403 to untrusted requests', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new H3({ silent: true })
    app.use('/all/**', requireSession(auth))
    app.all('/all/me', () => 'reached')
    app.all('/me', async (event) => {
      const session = await requireSession(auth, event)
      expectTypeOf(session).toEqualTypeOf<InferSession<TestAuth>>()
      return `reached by ${session.user.name}`
    })
    for (const [path, text] of [
      ['all/me', 'reached'],
      ['me', 'reached by Ada'],
    ] as const) {
      calls.length = 0
      const anonymous = await app.request(URL + path)
      expect([anonymous.status, (await anonymous.json()).message]).toEqual([401, 'Unauthorized'])
      const cross = { method: 'POST', headers: { ...headers, ...evil } }
      const refused = await app.request(URL + path, cross)
      expect([refused.status, (await refused.json()).message]).toEqual([
        403,
        'Forbidden: cross-site',
      ])
      expect(calls).toEqual([])
      expect(await (await app.request(URL + path, { headers })).text()).toBe(text)
      expect(calls).toEqual(['read'])
    }
  })

  it('P4: a store that fails is a 500, and the cookie stays', async () => {
    const { headers } = await createAuth()
    const down = limen({
      store: { ...memoryStore(), read: () => Promise.reject(new Error('down')) },
    })
    const app = new H3({ silent: true })
    app.use('/eager', authenticate(down, { eager: true }))
    app.use('/me', requireSession(down))
    app.get('/**', () => 'reached')
    const failed = await app.request(`${URL}me`, { headers })
    expect([failed.status, marksOf(failed).cookies]).toEqual([500, []])
    const open = await app.request(`${URL}eager`, { headers })
    expect([await open.text(), marksOf(open).cookies]).toEqual(['reached', []])
  })
})

describe('requireOrigin()', () => {
  it('runs no handler for an untrusted request', async () => {
    const { auth, headers } = await createAuth()
    const app = new H3({ silent: true })
    let runs = 0
    app.post('/', () => String(++runs), { middleware: [requireOrigin(auth)] })
    expect((await app.request(URL, { method: 'POST', headers: evil })).status).toBe(403)
    expect((await app.request(URL, { method: 'POST' })).status).toBe(403)
    expect(runs).toBe(0)
    expect(await (await app.request(URL, { method: 'POST', headers })).text()).toBe('1')
  })
})

describe('h3()', () => {
  it('sets cookies and cache headers without authenticate()', async () => {
    const { auth, clock, headers, session, setting } = await createAuth()
    clock.now += DAY
    const app = new H3({ silent: true })
    app.get('/', async (event) => (await auth.handleRequest(event).validate())?.user.name)
    app.get('/error', async (event) => {
      await auth.handleRequest(event).validate()
      throw new Error('broken')
    })
    app.post('/sign-in', (event) => {
      auth.handleRequest(event).setSession(session)
      return Response.redirect(URL)
    })
    const marks = { cacheControl: 'private, no-store', vary: 'Cookie' }
    expect(marksOf(await app.request(URL, { headers }))).toEqual({ cookies: [setting], ...marks })
    clock.now += DAY
    const error = await app.request(`${URL}error`, { headers })
    expect([error.status, marksOf(error)]).toEqual([500, { cookies: [setting], ...marks }])
    clock.now -= 2 * DAY
    const signIn = await app.request(`${URL}sign-in`, { method: 'POST', headers })
    expect([signIn.status, marksOf(signIn)]).toEqual([302, { cookies: [setting], ...marks }])
  })

  it('is the AuthRequest of authenticate()', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new H3()
    app.use(authenticate(auth))
    app.get('/', async (event) => {
      await getAuth(auth, event).validate()
      return (await auth.handleRequest(event).validate())?.user.name
    })
    expect(await (await app.request(URL, { headers })).text()).toBe('Ada')
    expect(calls).toEqual(['read'])
  })
})
