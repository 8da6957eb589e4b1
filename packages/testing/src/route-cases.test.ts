import { handle, isAuthError, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate, requireSession } from '@limen/hono'
import { type RouteCasesOptions, routeCases, signIn, withOutage } from '@limen/testing'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'

const ACCEPTS = 'accepts a signed-in visitor'
const ANONYMOUS = 'refuses a visitor who is not signed in'
const CROSS_ORIGIN = 'refuses a cross-origin request and keeps the session'
const IDLE = 'accepts an idle session and sends a session cookie'
const EXPIRED = 'refuses an expired session'
const REVOKED = 'refuses a revoked session'
const OUTAGE = 'fails while the store is down and signs no visitor out'

type Auth = ReturnType<typeof authOver>
type Handler = (c: Context) => Response | Promise<Response>

const store = memoryStore()
const authOver = (over: typeof store, csrfProtection?: false) =>
  limen({ store: over, ...(csrfProtection === false && { csrfProtection }) })

/** An app with one route, POST /notes. */
function appWith(guard: MiddlewareHandler, handler: Handler) {
  const app = new Hono()
  app.all('/notes', guard, handler)
  app.onError((error, c) => {
    if (isAuthError(error)) return c.text('sorry', 503)
    return 'getResponse' in error ? (error.getResponse as () => Response)() : c.text('sorry', 500)
  })
  return app
}

const written: Handler = (c) => c.text('written', 201)

/** How many ways there are to build the route, over any store. */
type Build = (over: typeof store) => { readonly auth: Auth; readonly app: Pick<Hono, 'fetch'> }

const guarded: Build = (over) => {
  const auth = authOver(over)
  return { auth, app: appWith(requireSession(auth), written) }
}

/** What the failing cases of a route say. */
async function failuresOf(build: Build, options: Partial<RouteCasesOptions> = {}) {
  const { auth, app } = build(store)
  const failures: Record<string, string> = {}
  for (const { name, run } of routeCases({
    path: '/notes',
    method: 'POST',
    body: 'Buy milk',
    visitor: () => signIn(auth, { fetch: app.fetch }),
    store,
    outage: async (request) => build(withOutage(store)).app.fetch(request),
    ...options,
  })) {
    await run().catch((error: Error) => {
      failures[name.replace(/^\w+ \/notes /, '')] = error.message
    })
  }
  return failures
}

describe('routeCases()', () => {
  it('has seven cases for an unsafe method, and leaves out those that do not apply', () => {
    const { auth, app } = guarded(store)
    const visitor = () => signIn(auth, { fetch: app.fetch })
    const namesOf = (options: Partial<RouteCasesOptions>) =>
      routeCases({ path: '/notes', visitor, store, ...options }).map(({ name }) => name)
    const outage = app.fetch

    expect(namesOf({ method: 'POST', outage })).toEqual(
      [ACCEPTS, ANONYMOUS, CROSS_ORIGIN, IDLE, EXPIRED, REVOKED, OUTAGE].map(
        (name) => `POST /notes ${name}`,
      ),
    )
    expect(namesOf({ outage })).toEqual(
      [ACCEPTS, ANONYMOUS, IDLE, EXPIRED, REVOKED, OUTAGE].map((name) => `GET /notes ${name}`),
    )
    expect(namesOf({ method: 'POST' })).not.toContain(`POST /notes ${OUTAGE}`)
    expect(namesOf({ method: 'POST', bearer: true })).not.toContain(`POST /notes ${CROSS_ORIGIN}`)
  })

  it.each(['GET', 'HEAD', 'POST', 'DELETE'])('pass for a guarded route: %s', async (method) => {
    const body = method === 'POST' ? 'Buy milk' : null
    expect(await failuresOf(guarded, { method, body })).toEqual({})
  })

  it('send the headers and the body of the route with every request', async () => {
    const received = new Set<string>()
    const recording =
      (route: Build): Build =>
      (over) => {
        const { auth, app } = route(over)
        const fetch = async (request: Request) => {
          received.add(`${request.headers.get('X-Version')} ${await request.clone().text()}`)
          return app.fetch(request)
        }
        return { auth, app: { fetch } as unknown as Pick<Hono, 'fetch'> }
      }
    const headers = { 'X-Version': '2' }
    expect(await failuresOf(recording(guarded), { headers })).toEqual({})
    expect(await failuresOf(recording(bearerRoute), { headers, bearer: true })).toEqual({})
    expect([...received]).toEqual(['2 Buy milk'])
  })

  const bearerRoute: Build = (over) => {
    const auth = authOver(over)
    const guard: MiddlewareHandler = async (c, next) =>
      (await auth.handleRequest(c.req.raw).validateBearerToken()) === null
        ? c.text('Unauthorized', 401)
        : next()
    return { auth, app: appWith(guard, written) }
  }

  it('pass for a route that reads bearer tokens, without Cookie and Origin', async () => {
    const seen = new Set<string>()
    const build: Build = (over) => {
      const { auth, app } = bearerRoute(over)
      return {
        auth,
        app: {
          fetch(request: Request) {
            for (const name of request.headers.keys()) seen.add(name)
            return app.fetch(request)
          },
        } as Pick<Hono, 'fetch'>,
      }
    }
    expect(await failuresOf(build, { bearer: true })).toEqual({})
    expect([...seen]).toContain('authorization')
    expect([...seen]).not.toContain('cookie')
    expect([...seen]).not.toContain('origin')
    expect(await failuresOf(guarded, { bearer: true })).toHaveProperty([ACCEPTS])
  })

  const SIGN_IN: Handler = (c) => c.redirect('/sign-in', 303)
  const toSignIn: Build = (over) => {
    const auth = authOver(over)
    return { auth, app: appWith(requireSession(auth, SIGN_IN), (c) => c.redirect('/', 303)) }
  }

  it('take other expected responses: a status or a function', async () => {
    const isSignIn = ({ headers }: Response) => headers.get('Location') === '/sign-in'
    const expected = {
      accepted: (response: Response) => response.status === 303 && !isSignIn(response),
      unauthenticated: isSignIn,
      crossOrigin: 403,
      unavailable: 503,
    }
    expect(await failuresOf(toSignIn, { expected })).toEqual({})
  })

  it('take undefined as an option that is left out', async () => {
    const expected = { accepted: undefined, unauthenticated: undefined }
    const options = { bearer: undefined, method: 'POST', expected }
    expect(await failuresOf(guarded, options)).toEqual({})
    expect(await failuresOf(guarded, { expected: undefined })).toEqual({})
  })

  it('fail where the response is not the expected one, and say so', async () => {
    const expected = { accepted: 200, crossOrigin: 404, unavailable: () => false }
    const text = (status: number, name: string) =>
      `POST /notes: a response with status ${status} is not the one that is expected: ${name}`
    expect(await failuresOf(guarded, { expected })).toEqual({
      [ACCEPTS]: text(201, 'accepted (200)'),
      [IDLE]: text(201, 'accepted (200)'),
      [CROSS_ORIGIN]: text(403, 'crossOrigin (404)'),
      [OUTAGE]: text(503, 'unavailable'),
    })
  })

  const broken: [what: string, build: Build, failing: string[]][] = [
    [
      'is public',
      (over) => ({ auth: authOver(over), app: appWith(open, written) }),
      [ANONYMOUS, CROSS_ORIGIN, IDLE, EXPIRED, REVOKED, OUTAGE],
    ],
    [
      'refuses every visitor',
      (over) => ({
        auth: authOver(over),
        app: appWith(open, (c) => c.text('no', 401)),
      }),
      [ACCEPTS, CROSS_ORIGIN, IDLE, OUTAGE],
    ],
    [
      'does not check the origin',
      (over) => {
        const auth = authOver(over, false)
        return { auth, app: appWith(requireSession(auth), written) }
      },
      [CROSS_ORIGIN],
    ],
    [
      'revokes the session before it checks the origin',
      (over) => {
        const auth = authOver(over)
        const guard: MiddlewareHandler = async (c, next) => {
          const token = auth.readSessionCookie(c.req.raw)
          const isOurs = c.req.header('Sec-Fetch-Site') === 'same-origin'
          if (token && !isOurs) await auth.invalidateSession(token.split('.')[0]!)
          await next()
        }
        const app = new Hono()
        app.use(guard)
        app.route('/', appWith(requireSession(auth), written))
        return { auth, app }
      },
      [CROSS_ORIGIN],
    ],
    [
      'deletes the cookie when it refuses an origin',
      (over) => {
        const { auth, app } = guarded(over)
        return { auth, app: deletingCookie(auth, app, 403) }
      },
      [CROSS_ORIGIN],
    ],
    [
      'sends no renewed cookie',
      (over) => {
        const auth = authOver(over)
        const guard: MiddlewareHandler = async (c, next) => {
          const request = auth.handleRequest(c.req.raw)
          if (!request.origin.trusted) return c.text('no', 403)
          return (await request.validate()) ? next() : c.text('no', 401)
        }
        return { auth, app: appWith(guard, written) }
      },
      [IDLE],
    ],
    [
      'accepts a session that it has seen before',
      (over) => {
        const auth = authOver(over)
        const guard: MiddlewareHandler = async (c, next) =>
          auth.readSessionCookie(c.req.raw) ? next() : c.text('no', 401)
        return { auth, app: appWith(guard, written) }
      },
      [CROSS_ORIGIN, IDLE, EXPIRED, REVOKED, OUTAGE],
    ],
    [
      'answers an outage as if the visitor had signed out',
      (over) => {
        const auth = authOver(over)
        const app = appWith(requireSession(auth), written)
        app.onError((error, c) =>
          'getResponse' in error ? (error.getResponse as () => Response)() : c.text('no', 401),
        )
        return { auth, app }
      },
      [OUTAGE],
    ],
    [
      'deletes the cookie in an outage',
      (over) => {
        const { auth, app } = guarded(over)
        return { auth, app: deletingCookie(auth, app, 503) }
      },
      [OUTAGE],
    ],
  ]
  const open: MiddlewareHandler = (_, next) => next()
  /** The app, but its responses with this status delete the session cookie. */
  const deletingCookie = (auth: Auth, app: Pick<Hono, 'fetch'>, status: number) =>
    ({
      async fetch(request: Request) {
        const response = await app.fetch(request)
        if (response.status !== status) return response
        const headers = { 'Set-Cookie': auth.createSessionCookie(null).serialize() }
        return new Response(null, { status, headers })
      },
    }) as Pick<Hono, 'fetch'>

  it.each(broken)('find a route that %s', async (_, build, failing) => {
    expect(Object.keys(await failuresOf(build)).toSorted()).toEqual(failing.toSorted())
  })

  it('say what is wrong with a cookie or a session', async () => {
    const messageOf = async (what: string, failing: string) => {
      const [, build] = broken.find(([one]) => one === what)!
      return (await failuresOf(build))[failing]
    }
    const deleted = 'POST /notes: the response has a session cookie'
    expect(await messageOf('deletes the cookie when it refuses an origin', CROSS_ORIGIN)).toBe(
      deleted,
    )
    expect(await messageOf('deletes the cookie in an outage', OUTAGE)).toBe(deleted)
    expect(await messageOf('revokes the session before it checks the origin', CROSS_ORIGIN)).toBe(
      'POST /notes: the session was revoked',
    )
    expect(await messageOf('sends no renewed cookie', IDLE)).toBe(
      'POST /notes: the response has no session cookie',
    )
  })

  it('count an error that the app does not handle in an outage as a status 500', async () => {
    const build: Build = (over) => {
      const auth = authOver(over)
      const fetch = (request: Request) =>
        handle(auth, request, async (authRequest) => {
          if (!authRequest.origin.trusted) return new Response('no', { status: 403 })
          return new Response('written', { status: (await authRequest.validate()) ? 201 : 401 })
        })
      return { auth, app: { fetch } as unknown as Pick<Hono, 'fetch'> }
    }
    expect(await failuresOf(build)).toEqual({})
    expect(await failuresOf(build, { expected: { unavailable: 503 } })).toHaveProperty([OUTAGE])
  })

  it('fail for a visitor whose cookie is not sent to the route', async () => {
    const auth = limen({ store, sessionCookie: { attributes: { path: '/app' } } })
    const app = appWith(authenticate(auth), written)
    const visitor = () => signIn(auth, { fetch: app.fetch })
    const [, , , idle] = routeCases({ path: '/notes', method: 'POST', visitor, store })
    await expect(idle!.run()).rejects.toThrow(
      new Error('POST /notes: the visitor has no session cookie for this path'),
    )
    const bearer = routeCases({ path: '/notes', method: 'POST', visitor, store, bearer: true })
    expect(await bearer[0]!.run()).toBeUndefined()
  })
})
