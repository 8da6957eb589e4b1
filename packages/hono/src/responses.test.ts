import { type AuthError, type AuthEvent, type AuthRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Hono, type MiddlewareHandler } from 'hono'
import { setCookie } from 'hono/cookie'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import { HTTPException } from 'hono/http-exception'
import { stream, streamSSE } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { type AuthVariables, authenticate, hono, requireOrigin, requireSession } from '@limen/hono'

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const URL = 'https://app.example/'
const PUBLIC = 'public, max-age=60'
const deleting = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
const setting = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

async function createAuth() {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent[] = []
  const plain = memoryStore<{ name: string }>()
  const store: typeof plain = {
    ...plain,
    async read(...args) {
      calls.push('read')
      // An answer that takes a while, as from a database.
      await new Promise((resolve) => setTimeout(resolve, 1))
      return plain.read(...args)
    },
    renew(...args) {
      calls.push('renew')
      return plain.renew(...args)
    },
  }
  const auth = limen({
    store,
    middleware: hono(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  return { auth, calls, clock, events, headers, session, token }
}

type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']
type App = Hono<{ Variables: AuthVariables<TestAuth> }>
type Late = AuthRequest<Awaited<ReturnType<TestAuth['createSession']>>>

/** A promise, and the function that resolves it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

const passing: MiddlewareHandler = async (_c, next) => {
  await next()
}

const cookiesOf = (response: Response) => response.headers.getSetCookie()
const codeOf = (act: () => unknown): unknown => {
  try {
    act()
    return 'no error'
  } catch (error) {
    return (error as AuthError).code
  }
}

/** Where code runs after the response has left: calls `late` there, and `done` when it is through. */
type Body = (app: App, late: (auth: Late) => Promise<void> | void, done: () => void) => void
const bodies: [what: string, body: Body][] = [
  [
    'stream()',
    (app, late, done) =>
      app.get('/', (c) =>
        stream(c, async (out) => {
          await out.write('one')
          await out.sleep(5)
          await late(c.var.auth)
          await out.write('two')
          done()
        }),
      ),
  ],
  [
    'streamSSE()',
    (app, late, done) =>
      app.get('/', (c) =>
        streamSSE(c, async (out) => {
          await out.writeSSE({ data: 'one' })
          await out.sleep(5)
          await late(c.var.auth)
          await out.writeSSE({ data: 'two' })
          done()
        }),
      ),
  ],
  [
    'a ReadableStream',
    (app, late, done) =>
      app.get('/', (c) => {
        let pulls = 0
        const body = new ReadableStream<Uint8Array>(
          {
            async pull(controller) {
              if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode('one'))
              await new Promise((resolve) => setTimeout(resolve, 5))
              await late(c.var.auth)
              controller.close()
              done()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(body)
      }),
  ],
  [
    'work that was not awaited',
    (app, late, done) =>
      app.get('/', (c) => {
        const notAwaited = async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          await late(c.var.auth)
          done()
        }
        void notAwaited()
        return c.text('page')
      }),
  ],
]

const fronts: [what: string, front: (auth: TestAuth) => MiddlewareHandler][] = [
  ['authenticate()', (auth) => authenticate(auth)],
  ['requireOrigin()', (auth) => requireOrigin(auth)],
  ['requireSession()', (auth) => requireSession(auth)],
]

describe.each(fronts)('D1: after the response of %s has left', (_front, front) => {
  it.each(bodies)('setSession() throws in %s', async (_body, body) => {
    const { auth, headers, session } = await createAuth()
    const codes: unknown[] = []
    const finished = deferred()
    const app: App = new Hono()
    app.use(front(auth))
    body(
      app,
      (late) => {
        codes.push(codeOf(() => late.setSession(session)))
        codes.push(codeOf(() => late.setSession(null)))
      },
      finished.resolve,
    )
    const response = await app.request(URL, { headers })
    await response.text()
    await finished.promise
    expect(codes).toEqual(['AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT'])
    expect(cookiesOf(response)).toEqual([])
  })
})

describe('D1: after the response has left', () => {
  it.each(bodies)('validate() finds the session and renews nothing in %s', async (_, body) => {
    const { auth, calls, clock, events, headers, session } = await createAuth()
    clock.now += DAY
    const finished = deferred()
    const app: App = new Hono()
    app.use(authenticate(auth))
    const names: unknown[] = []
    body(app, async (late) => void names.push((await late.validate())?.user.name), finished.resolve)
    const response = await app.request(URL, { headers })
    await response.text()
    await finished.promise
    expect(names).toEqual(['Ada'])
    expect(calls).toEqual(['read'])
    const { sessionId } = session
    expect(events).toContainEqual({ type: 'validated-late', sessionId })
  })

  it('setSession() throws through auth.handleRequest(c), also of an auth made there', async () => {
    const { auth, headers, session } = await createAuth()
    const other = limen({ store: memoryStore(), middleware: hono() })
    const app: App = new Hono()
    app.use(authenticate(auth))
    const codes: unknown[] = []
    app.get('/', (c) =>
      stream(c, async (out) => {
        await out.write('one')
        await out.sleep(5)
        codes.push(codeOf(() => auth.handleRequest(c).setSession(session)))
        codes.push(codeOf(() => other.handleRequest(c).setSession(null)))
      }),
    )
    await (await app.request(URL, { headers })).text()
    expect(codes).toEqual(['AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT'])
  })

  it('an inner middleware still sets a cookie after next(), and an outer one no more', async () => {
    const { auth, headers, session, token } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.use(async (c, next) => {
      await next()
      codes.push(codeOf(() => c.var.auth.setSession(null)))
    })
    app.use(requireOrigin(auth))
    app.use(authenticate(auth), async (c, next) => {
      await next()
      codes.push(codeOf(() => c.var.auth.setSession(session)))
    })
    app.get('/', requireSession(auth), (c) => c.text('page'))
    const response = await app.request(URL, { headers })
    expect(codes).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
    expect(cookiesOf(response)).toEqual([setting(token)])
  })

  it('an error handler still validates and sets a cookie, and not in its streamed body', async () => {
    const { auth, headers, session } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.use('/behind', authenticate(auth))
    app.get('/*', requireOrigin(auth), () => {
      throw new HTTPException(418)
    })
    app.get('/alone', (c) => c.text('never'))
    app.onError(async (_error, c) => {
      await c.var.auth.validate()
      codes.push(codeOf(() => c.var.auth.setSession(null)))
      return stream(c, async (out) => {
        await out.write('sorry')
        await out.sleep(5)
        codes.push(codeOf(() => c.var.auth.setSession(session)))
      })
    })
    for (const path of ['behind', 'alone']) {
      const response = await app.request(URL + path, { headers })
      expect(await response.text()).toBe('sorry')
      expect(cookiesOf(response)).toEqual([deleting])
      expect(codes.splice(0)).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
    }
  })

  it('an error handler sets a cookie after a refusal, and not in its streamed body', async () => {
    const { auth, session } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.get('/', requireSession(auth), (c) => c.text('private'))
    app.onError((_error, c) => {
      codes.push(codeOf(() => c.var.auth.setSession(null)))
      return stream(c, async (out) => {
        await out.write('sorry')
        await out.sleep(5)
        codes.push(codeOf(() => c.var.auth.setSession(session)))
      })
    })
    const response = await app.request(URL)
    expect(await response.text()).toBe('sorry')
    expect(cookiesOf(response)).toEqual([deleting])
    expect(codes).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
  })

  it.each([0, 1])(
    'hono() mode: setSession() throws in a body that is read (%i middleware)',
    async (count) => {
      const { auth, calls, clock, headers, session } = await createAuth()
      const app = new Hono()
      const codes: unknown[] = []
      for (let i = 0; i < count; i++) app.use(passing)
      app.get('/', (c) => {
        const authRequest = auth.handleRequest(c)
        return stream(c, async (out) => {
          await out.write('one')
          await out.sleep(5)
          codes.push(codeOf(() => authRequest.setSession(session)))
          codes.push(codeOf(() => auth.handleRequest(c).setSession(session)))
          await authRequest.validate()
          codes.push(codeOf(() => authRequest.setSession(session)))
        })
      })
      clock.now += DAY
      const response = await app.request(URL, { headers })
      expect(await response.text()).toBe('one')
      expect(codes).toEqual(Array.from({ length: 3 }, () => 'AUTH_RESPONSE_SENT'))
      expect(calls).toEqual(['read'])
    },
  )
})

describe('D2: eager', () => {
  const streamed = (app: App) =>
    app.get('/', (c) => {
      c.header('Cache-Control', PUBLIC)
      return stream(c, async (out) => {
        await out.write('Hello ')
        await out.write((await c.var.auth.validate())?.user.name ?? 'anonymous')
      })
    })
  const eagerFronts: [what: string, front: (auth: TestAuth) => MiddlewareHandler][] = [
    ['authenticate()', (auth) => authenticate(auth, { eager: true })],
    ['requireOrigin()', (auth) => requireOrigin(auth, { eager: true })],
  ]

  it.each(eagerFronts)('%s marks a body that validates late, and renews', async (_, front) => {
    const { auth, calls, clock, events, headers, token } = await createAuth()
    clock.now += DAY
    const app: App = new Hono()
    app.use(front(auth))
    streamed(app)
    const response = await app.request(URL, { headers })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(cookiesOf(response)).toEqual([setting(token)])
    expect(await response.text()).toBe('Hello Ada')
    expect(calls).toEqual(['read', 'renew'])
    expect(events.map(({ type }) => type)).not.toContain('validated-late')
  })

  it.each(eagerFronts)('%s costs an anonymous visitor no read', async (_, front) => {
    const { auth, calls } = await createAuth()
    const app: App = new Hono()
    app.use(front(auth))
    streamed(app)
    const response = await app.request(URL)
    expect(response.headers.get('Cache-Control')).toBe(PUBLIC)
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(await response.text()).toBe('Hello anonymous')
    expect(calls).toEqual([])
  })

  it('P4: an outage fails where the handler validates, and not before', async () => {
    const { headers } = await createAuth()
    const down = limen({
      store: { ...memoryStore(), read: () => Promise.reject(new Error('down')) },
    })
    const app = new Hono<{ Variables: AuthVariables<typeof down> }>()
    app.use(authenticate(down, { eager: true }))
    app.get('/', (c) => c.text('open'))
    app.get('/private', async (c) => c.json(await c.var.auth.validate()))
    app.onError((error, c) => c.text((error as AuthError).code, 503))
    expect(await (await app.request(URL, { headers })).text()).toBe('open')
    const response = await app.request(`${URL}private`, { headers })
    expect([response.status, await response.text()]).toEqual([503, 'AUTH_STORE_UNAVAILABLE'])
  })

  it('refuses an untrusted request before it reads', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.post('/', requireOrigin(auth, { eager: true }), (c) => c.text('never'))
    const crossSite = { ...headers, 'Sec-Fetch-Site': 'cross-site' }
    const response = await app.request(URL, { method: 'POST', headers: crossSite })
    expect(response.status).toBe(403)
    expect(calls).toEqual([])
  })
})

type Answer = (c: Parameters<MiddlewareHandler>[0]) => Response | Promise<Response>
/** Ways to make a response public after its session was found. */
const publicly: [what: string, answer: Answer][] = [
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
/** The same, where only a middleware sees the response. */
const ownResponses: typeof publicly = [
  [
    'an assigned c.res',
    (c) => (c.res = new Response('page', { headers: { 'Cache-Control': PUBLIC } })),
  ],
  ['a Response of its own', () => new Response('page', { headers: { 'Cache-Control': PUBLIC } })],
  ['an immutable redirect', () => Response.redirect('https://app.example/next')],
  [
    'an empty Response',
    () => new Response(null, { status: 304, headers: { 'Cache-Control': PUBLIC } }),
  ],
]

describe('D4: hono() mode has the last word', () => {
  const wholeRoutes: [what: string, answer: Answer, middleware: number][] = [
    ...publicly.map(([what, answer]) => [what, answer, 0] as [string, Answer, number]),
    ...[...publicly, ...ownResponses].map(
      ([what, answer]) => [what, answer, 1] as [string, Answer, number],
    ),
  ]
  it.each(wholeRoutes)('P10: over %s', async (_, answer, middleware) => {
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
  })

  it('P10: an assigned Response that Hono sends as it is is private, and gets no cookie', async () => {
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

  it('P10: over a response that was made before the session was found', async () => {
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

  const reads: [what: string, read: (request: Late) => Promise<unknown>, vary: string][] = [
    ['validate()', (request) => request.validate(), 'Cookie'],
    ['validateBearerToken()', (request) => request.validateBearerToken(), 'Authorization'],
  ]
  it.each(reads)('%s: leaves an anonymous page public, with Vary', async (_, read, vary) => {
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
    const look = async (path: string, sent: Record<string, string> = {}) => {
      const response = await app.request(URL + path, { headers: sent })
      return [response.headers.get('Cache-Control'), response.headers.get('Vary')]
    }
    expect(await look('')).toEqual([PUBLIC, vary])
    expect(await look('silent')).toEqual(['private, no-store', vary])
    expect(await look('open')).toEqual([null, null])
    const signedIn = { ...headers, Authorization: `Bearer ${token}` }
    expect(await look('', signedIn)).toEqual(['private, no-store', vary])
  })

  it('P10: authenticate() has it too, over middleware inside and outside', async () => {
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

describe('one AuthRequest for one context', () => {
  it('is shared by auth.handleRequest(c) and authenticate(auth), the last call wins', async () => {
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

describe('cookies of others', () => {
  it('an error handler’s own Response keeps its cookies, behind requireSession() alone', async () => {
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

  it('a middleware that replaces a response it has read keeps its cookies', async () => {
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
  it.each(fronts)('is answered behind %s, with its cookies and ours', async (_, front) => {
    const { auth, clock, headers, token } = await createAuth()
    clock.now += DAY
    const app: App = new Hono()
    app.use(front(auth))
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

  it('closes the AuthRequest as a returned one does', async () => {
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
  const renewed = async (answer: Answer, init?: RequestInit) => {
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

  it.each([204, 205, 304])('status %i keeps its status and gets the cookie', async (status) => {
    const answers: Answer[] = [
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

  it('HEAD gets the headers without a body, and renews nothing', async () => {
    const { calls, response } = await renewed((c) => c.text('page'), { method: 'HEAD' })
    expect(await response.text()).toBe('')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(cookiesOf(response)).toEqual([])
    expect(calls).toEqual(['read'])
  })

  it('c.res = undefined clears the response, and Limen marks what takes its place', async () => {
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

  it('a handler that returns nothing is still an error of Hono', async () => {
    const { auth, headers } = await createAuth()
    const app: App = new Hono()
    app.use(authenticate(auth))
    app.get('/', (async () => {}) as unknown as Answer)
    app.onError((error, c) => c.text(error.message, 500))
    const response = await app.request(URL, { headers })
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining('Context is not finalized'),
    ])
  })

  it('a switch of protocols keeps its socket and gets the cookie', async () => {
    // Only workerd makes such a response outside a connection.
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

describe('B5: a bearer token behind requireSession()', () => {
  const hint = 'Unauthorized: requireSession() reads the session cookie. Use validateBearerToken()'
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
      'POST of another site',
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

  it('B5: does no work in the caller’s handler, which is for browsers', async () => {
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

describe('D11: hono/etag', () => {
  const retained = { retainedHeaders: [...RETAINED_304_HEADERS, 'Set-Cookie'] }
  it.each([
    ['outside authenticate()', 'outside', undefined],
    ['outside authenticate(), with Set-Cookie retained', 'outside', retained],
    ['inside authenticate()', 'inside', undefined],
  ] as const)('D11: a 304 of hono/etag %s has the renewed cookie', async (_, place, options) => {
    const { auth, clock, headers, token } = await createAuth()
    const app: App = new Hono()
    if (place === 'outside') app.use(etag(options), authenticate(auth))
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

  it('D11: drops the app’s own cookies from a 304 unless Set-Cookie is retained', async () => {
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

describe('A4: options', () => {
  const noAuth: [what: string, auth: unknown, got: string][] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['{}', {}, 'an object'],
    ['[]', [], 'an object'],
    ['text', 'auth', '"auth"'],
    ['5', 5, '5'],
    ['a symbol', Symbol('auth'), 'Symbol(auth)'],
    ['an object without a prototype', Object.create(null), 'an object'],
    ['a promise', Promise.resolve({}), 'a promise'],
  ]
  const callers = { authenticate, requireOrigin, requireSession }
  const called = (caller: keyof typeof callers, ...args: unknown[]) =>
    (callers[caller] as unknown as (...args: unknown[]) => MiddlewareHandler)(...args)
  const names = Object.keys(callers) as (keyof typeof callers)[]
  const wanted = 'what limen() returned, or a function of the context that returns it'

  it.each(noAuth)('A4: an auth that is %s', async (_, auth, got) => {
    for (const name of names) {
      const message = `${name}(): auth must be ${wanted} (got ${got})`
      expect(() => called(name, auth)).toThrow(
        expect.objectContaining({ code: 'AUTH_CONFIG', message }),
      )
      const app = new Hono()
      app.get(
        '/',
        called(name, () => auth),
        (c) => c.text('never'),
      )
      app.onError((error, c) => c.json([(error as AuthError).code, error.message], 500))
      const response = await app.request(URL)
      expect(await response.json()).toEqual(['AUTH_CONFIG', message])
    }
  })

  it('A4: an async function of the context', async () => {
    const { auth } = await createAuth()
    const app = new Hono()
    app.get(
      '/',
      called('authenticate', async () => auth),
      (c) => c.text('never'),
    )
    app.onError((error, c) => c.text((error as AuthError).code, 500))
    expect(await (await app.request(URL)).text()).toBe('AUTH_CONFIG')
  })

  const wrong: [what: string, args: unknown[], message: string][] = [
    ['null', [null], '(): options must be an object (got null)'],
    ['true', [true], '(): options must be an object (got true)'],
    ['a list', [[]], '(): options must be an object (got an object)'],
    ['an unknown name', [{ eagre: true }], '(): unknown option (got "eagre")'],
    ['text for eager', [{ eager: 'true' }], '(): eager must be true or false (got "true")'],
    ['null for eager', [{ eager: null }], '(): eager must be true or false (got null)'],
  ]
  it.each(wrong)('A4: options that are %s', async (_, args, message) => {
    const { auth } = await createAuth()
    for (const name of ['authenticate', 'requireOrigin'] as const) {
      expect(() => called(name, auth, ...args)).toThrow(
        expect.objectContaining({ code: 'AUTH_CONFIG', message: name + message }),
      )
    }
  })

  it.each([5, null, {}, 'text', true])('A4: requireSession(auth, %j)', async (otherwise) => {
    const { auth } = await createAuth()
    expect(() => called('requireSession', auth, otherwise)).toThrow(
      expect.objectContaining({
        code: 'AUTH_CONFIG',
        message: expect.stringMatching(/^requireSession\(\): otherwise must be a function/),
      }),
    )
  })

  it('E13: every option takes undefined', async () => {
    const { auth, headers } = await createAuth()
    const app = new Hono()
    const middleware = [
      authenticate(auth, undefined),
      authenticate(auth, { eager: undefined }),
      requireOrigin(auth, { eager: undefined }),
      requireSession(auth, undefined),
    ] as const
    app.get('/', ...middleware, (c) => c.text('page'))
    expect(await (await app.request(URL, { headers })).text()).toBe('page')
  })
})

describe('D: one Response that an app returns to several visitors', () => {
  it.each(['authenticate', 'hono()'])('carries no cookie of another visitor: %s', async (mode) => {
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
