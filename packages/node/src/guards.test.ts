import { type IncomingMessage, type ServerResponse } from 'node:http'
import { express, node, requireOrigin, requireRecentSignIn, requireSession } from '@limen/node'
import createExpress, { type Response as ExpressResponse } from 'express'
import { describe, expect, it } from 'vitest'
import { DAY, PRIVATE, createAuth, headersOf, setting } from '../test/app.ts'
import { type Listener, type Version, visit } from '../test/server.ts'

type Made = Awaited<ReturnType<typeof createAuth<Parameters<ReturnType<typeof node>>>>>
type NodeGuard = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>

const guards: [name: string, guard: (made: Made) => NodeGuard][] = [
  ['requireOrigin()', ({ auth }) => requireOrigin(auth)],
  ['requireSession()', ({ auth }) => requireSession(auth)],
  ['requireRecentSignIn()', ({ auth }) => requireRecentSignIn(auth, { withinMs: 60_000 })],
]

const EVIL = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

/** A program without a framework: what a guard lets through is answered with the user's name. */
function behind(guard: NodeGuard, { auth }: Made): Listener {
  return (request, response) =>
    guard(request, response, (error) => {
      if (error !== undefined) response.writeHead(500).end((error as Error).message)
      else {
        void auth
          .handleRequest(request, response)
          .validate()
          .then((session) => response.end(session?.user.name ?? 'anonymous'))
      }
    })
}

describe.each(guards)('%s', (name, guard) => {
  it.each<Version>(['HTTP/1.1', 'HTTP/2'])(
    'answers a request from another origin with 403, without a read, over %s',
    async (version) => {
      const made = await createAuth(node())
      const response = await visit(behind(guard(made), made), made.post(EVIL), version)
      expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
      expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
      expect(made.calls).toEqual([])
    },
  )

  it('lets a signed-in visitor through, in one read', async () => {
    const made = await createAuth(node())
    const response = await visit(behind(guard(made), made), made.post())
    expect([response.status, await response.text()]).toEqual([200, 'Ada'])
    expect(made.calls).toEqual(['read'])
    expect(headersOf(response)).toMatchObject({ cacheControl: PRIVATE, vary: 'Cookie' })
  })

  it('lets an anonymous visitor through only if no session is required', async () => {
    const made = await createAuth(node())
    const request = made.get('/', { Cookie: 'theme=dark' })
    const response = await visit(behind(guard(made), made), request)
    const isOrigin = name === 'requireOrigin()'
    expect([response.status, await response.text()]).toEqual(
      isOrigin ? [200, 'anonymous'] : [401, 'Unauthorized'],
    )
    expect(made.calls).toEqual([])
  })
})

describe('requireSession()', () => {
  it('sends the renewed cookie, and sets res.locals.session in Express', async () => {
    const { auth, calls, clock, get, token } = await createAuth(express())
    clock.now += DAY
    const app = createExpress()
    app.get('/users/:id', requireSession(auth), (request, response) => {
      response.send(`${request.params.id}: ${response.locals.session.user.name}`)
    })
    const response = await visit(app, get('/users/1'))
    expect(await response.text()).toBe('1: Ada')
    expect(calls).toEqual(['read', 'renew'])
    expect(headersOf(response).cookies).toEqual([setting(token)])
  })

  it('otherwise answers an anonymous visitor in place of the 401, and can be async', async () => {
    const { auth, get, post } = await createAuth(express())
    const app = createExpress()
    app.use(
      requireSession(auth, async (_, response) => {
        await Promise.resolve()
        response.writeHead(303, { Location: '/sign-in' }).end()
      }),
    )
    app.use((_, response) => void response.send('page'))
    const anonymous = await visit(app, get('/', { Cookie: 'a=1' }))
    expect([anonymous.status, anonymous.headers.get('Location')]).toEqual([303, '/sign-in'])
    expect((await visit(app, post(EVIL))).status).toBe(403)
    expect(await (await visit(app, get())).text()).toBe('page')
  })

  it('passes an unavailable store, and an error of otherwise, to the error handler', async () => {
    const { auth, get } = await createAuth(node())
    const broken = { ...auth, handleRequest: () => Promise.reject(new Error('unused')) as never }
    const failing: NodeGuard[] = [
      requireSession({
        ...broken,
        handleRequest: (request: IncomingMessage, response: ServerResponse) => ({
          ...auth.handleRequest(request, response),
          origin: { trusted: true },
          validate: () => Promise.reject(new Error('down')),
        }),
      } as typeof auth),
      requireSession(auth, () => {
        throw new Error('down')
      }),
      requireSession(auth, () => Promise.reject(new Error('down'))),
    ]
    for (const guard of failing) {
      const listener: Listener = (request, response) =>
        guard(request, response, (error) => response.writeHead(500).end(String(error)))
      const response = await visit(listener, get('/', { Cookie: 'a=1' }))
      expect([response.status, await response.text()]).toEqual([500, 'Error: down'])
    }
  })

  it('calls next() once where the next middleware throws', async () => {
    const { auth, get } = await createAuth(express())
    const app = createExpress()
    app.set('env', 'test')
    const seen: string[] = []
    app.get('/', requireSession(auth), () => {
      throw new Error('broken')
    })
    app.use(((error, _request, response, _next) => {
      seen.push((error as Error).message)
      response.status(500).end()
    }) as Parameters<typeof app.use>[0] & createExpress.ErrorRequestHandler)
    expect((await visit(app, get())).status).toBe(500)
    expect(seen).toEqual(['broken'])
  })
})

describe('requireRecentSignIn()', () => {
  it('answers a session that is too old with 401, or with otherwise', async () => {
    const { auth, clock, get } = await createAuth(express())
    const withinMs = 10 * 60_000
    const app = createExpress()
    app.get('/text', requireRecentSignIn(auth, { withinMs }), (_, response) => {
      response.send(response.locals.session.user.name)
    })
    app.get(
      '/page',
      requireRecentSignIn(auth, { withinMs }, (_, response: ExpressResponse) =>
        response.redirect('/confirm'),
      ),
    )
    expect(await (await visit(app, get('/text'))).text()).toBe('Ada')
    clock.now += withinMs + 1
    const old = await visit(app, get('/text'))
    expect([old.status, await old.text()]).toEqual([401, 'Unauthorized: sign in again'])
    expect((await visit(app, get('/page'))).headers.get('Location')).toBe('/confirm')
  })
})
