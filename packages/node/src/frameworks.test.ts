/** Express, Koa and Fastify: what each does to headers, and how each answers a refusal. */
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { express, fastify, koa } from '@limen/node'
import createExpress from 'express'
import createFastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { DAY, PRIVATE, codeOf, createAuth, headersOf, setting } from '../test/app.ts'
import { type Listener, visit } from '../test/server.ts'

const listenerOf = async (app: FastifyInstance): Promise<Listener> => {
  await app.ready()
  return (request, response) => app.routing(request, response)
}

type TestAuth<Middleware extends typeof express | typeof koa | typeof fastify> = Awaited<
  ReturnType<typeof createAuth<Parameters<ReturnType<Middleware>>>>
>

/** What a response of an idle session must be. */
const renewed = (token: string, status = 200, own: string[] = []) => ({
  status,
  cookies: [...own, setting(token)],
  cacheControl: PRIVATE,
  vary: expect.stringMatching(/\bCookie$/) as string,
})

type Route<Auth, App> = [
  what: string,
  route: (made: Auth, app: App) => void,
  status?: number,
  own?: string[],
]

describe('Express 5', () => {
  type Express = ReturnType<typeof createExpress>
  const make = () => {
    const app = createExpress()
    // Express logs errors everywhere but in its test environment.
    app.set('env', 'test')
    return app
  }
  const validates = ({ auth }: TestAuth<typeof express>, app: Express) =>
    app.use(async (request, response, next) => {
      await auth.handleRequest(request, response).validate()
      next()
    })

  const routes: Route<TestAuth<typeof express>, Express>[] = [
    ['send()', (_, app) => app.get('/', (_request, response) => void response.send('page'))],
    ['json()', (_, app) => app.get('/', (_request, response) => void response.json({}))],
    [
      'redirect()',
      (_, app) => app.get('/', (_request, response) => response.redirect(303, '/next')),
      303,
    ],
    [
      'cookie() beside the session cookie',
      (_, app) =>
        app.get('/', (_request, response) => void response.cookie('theme', 'dark').send('page')),
      200,
      ['theme=dark; Path=/'],
    ],
    [
      'sendFile(), which sets Cache-Control: public',
      (_, app) =>
        app.get('/', (_request, response) =>
          response.sendFile(fileURLToPath(new URL('../package.json', import.meta.url))),
        ),
    ],
    [
      'a stream',
      (_, app) =>
        app.get('/', (_request, response) => void Readable.from(['one', 'two']).pipe(response)),
    ],
    [
      'writeHead() with headers',
      (_, app) =>
        app.get('/', (_request, response) => {
          response.set('X-Step', '1')
          response.writeHead(201, { 'Set-Cookie': 'theme=dark' }).end()
        }),
      201,
      ['theme=dark'],
    ],
    [
      'an error page, with the app’s own cookie',
      (_, app) =>
        app.get('/', (_request, response) => {
          response.cookie('theme', 'dark')
          throw new Error('broken')
        }),
      500,
      ['theme=dark; Path=/'],
    ],
    ['a page that is not found', () => {}, 404],
  ]
  it.each(routes)('%s sends the renewed cookie', async (_, route, status, own) => {
    const made = await createAuth(express())
    made.clock.now += DAY
    const app = make()
    validates(made, app)
    route(made, app)
    const response = await visit(app, made.get())
    expect(headersOf(response)).toEqual(renewed(made.token, status, own))
    expect(made.calls).toEqual(['read', 'renew'])
  })

  it('a 304 of sendFile() has the renewed cookie', async () => {
    const made = await createAuth(express())
    const app = make()
    validates(made, app)
    const file = fileURLToPath(new URL('../package.json', import.meta.url))
    app.get('/', (_, response) => response.sendFile(file))
    const tag = (await visit(app, made.get())).headers.get('ETag')!
    made.clock.now += DAY
    const response = await visit(app, made.get('/', { 'If-None-Match': tag }))
    expect(headersOf(response)).toEqual(renewed(made.token, 304))
  })

  it('a refused setSession() is a 403 without an error handler, and has no cookie', async () => {
    const { auth, events, post } = await createAuth(express())
    const app = make()
    app.post('/', async (request, response) => {
      auth.handleRequest(request, response).setSession(null)
      response.end()
    })
    const response = await visit(app, post({ Origin: 'https://evil.example' }))
    expect(headersOf(response)).toMatchObject({ status: 403, cookies: [] })
    expect(events.at(-1)).toEqual({ type: 'origin-refused', reason: 'origin-mismatch' })
  })
})

describe('Koa 3', () => {
  const make = () => {
    const app = new Koa()
    app.silent = true
    return app
  }
  type Answer = (ctx: Koa.Context) => unknown
  const answers: [what: string, answer: Answer, status?: number, own?: string[]][] = [
    ['ctx.body', (ctx) => (ctx.body = 'page')],
    ['ctx.redirect()', (ctx) => ctx.redirect('/next'), 302],
    [
      'ctx.cookies beside the session cookie',
      (ctx) => {
        ctx.cookies.set('theme', 'dark', { httpOnly: false })
        ctx.body = 'page'
      },
      200,
      ['theme=dark; path=/'],
    ],
    ['a stream', (ctx) => (ctx.body = Readable.from(['one', 'two']))],
    [
      'a Response with its own cookie and Cache-Control: public',
      (ctx) => {
        const headers = { 'Set-Cookie': 'theme=dark', 'Cache-Control': 'public, max-age=60' }
        ctx.body = new Response('page', { headers })
      },
      200,
      ['theme=dark'],
    ],
    ['ctx.throw(), after which Koa removes all headers', (ctx) => ctx.throw(409), 409],
    [
      'an error, after which Koa removes all headers',
      () => {
        throw new Error('broken')
      },
      500,
    ],
    [
      'ctx.respond = false',
      (ctx) => {
        ctx.respond = false
        ctx.res.writeHead(200, { 'Set-Cookie': 'theme=dark' }).end('page')
      },
      200,
      ['theme=dark'],
    ],
    ['nothing: not found', () => {}, 404],
  ]
  it.each(answers)('%s sends the renewed cookie', async (_, answer, status, own) => {
    const { auth, calls, clock, get, token } = await createAuth(koa())
    clock.now += DAY
    const app = make()
    app.use(async (ctx) => {
      await auth.handleRequest(ctx).validate()
      await answer(ctx)
    })
    const response = await visit(app.callback(), get())
    expect(headersOf(response)).toEqual(renewed(token, status, own))
    expect(calls).toEqual(['read', 'renew'])
  })

  it('a generator that validates is late: setSession() throws, and nothing is renewed', async () => {
    const { auth, calls, clock, get, session } = await createAuth(koa())
    clock.now += DAY
    const app = make()
    app.use((ctx) => {
      async function* body() {
        yield 'one '
        const authRequest = auth.handleRequest(ctx)
        yield `${(await authRequest.validate())?.state} `
        yield codeOf(() => authRequest.setSession(session))
      }
      ctx.body = Readable.from(body(), { highWaterMark: 1 })
      ctx.flushHeaders()
    })
    const response = await visit(app.callback(), get())
    expect(await response.text()).toBe('one idle AUTH_RESPONSE_SENT')
    expect(calls).toEqual(['read'])
    expect(headersOf(response)).toMatchObject({ cookies: [], cacheControl: null })
  })

  it('an Origin of another site is refused: ctx.origin is that header since Koa 3', async () => {
    const { auth, post } = await createAuth(koa())
    const app = make()
    app.use((ctx) => {
      expect(ctx.origin).toBe('https://evil.example')
      auth.handleRequest(ctx).setSession(null)
    })
    const response = await visit(app.callback(), post({ Origin: 'https://evil.example' }))
    expect(headersOf(response)).toMatchObject({ status: 403, cookies: [] })
  })
})

describe('Fastify 5', () => {
  const answers: [
    what: string,
    answer: (request: FastifyRequest, reply: FastifyReply) => unknown,
    status?: number,
    own?: string[],
  ][] = [
    ['a returned value', () => 'page'],
    ['redirect()', (_, reply) => reply.redirect('/next', 303), 303],
    [
      'header(Set-Cookie) beside the session cookie',
      (_, reply) => reply.header('Set-Cookie', 'theme=dark').send('page'),
      200,
      ['theme=dark'],
    ],
    ['a stream', (_, reply) => reply.send(Readable.from(['one', 'two']))],
    [
      'a returned Response with its own cookie and Cache-Control: public',
      () => {
        const headers = { 'Set-Cookie': 'theme=dark', 'Cache-Control': 'public, max-age=60' }
        return new Response('page', { headers })
      },
      200,
      ['theme=dark'],
    ],
    [
      'a hijacked reply',
      (_, reply) => {
        reply.header('X-Lost', '1').hijack()
        reply.raw.writeHead(200, { 'Set-Cookie': 'theme=dark' }).end('page')
      },
      200,
      ['theme=dark'],
    ],
    [
      'an error',
      () => {
        throw new Error('broken')
      },
      500,
    ],
    ['callNotFound()', (_, reply) => reply.callNotFound(), 404],
  ]
  it.each(answers)('%s sends the renewed cookie', async (_, answer, status, own) => {
    const { auth, calls, clock, get, token } = await createAuth(fastify())
    clock.now += DAY
    const app = createFastify()
    app.addHook('onRequest', async (request, reply) => {
      await auth.handleRequest(request, reply).validate()
    })
    app.get('/', async (request, reply) => answer(request, reply) as never)
    const response = await visit(await listenerOf(app), get())
    expect(headersOf(response)).toEqual(renewed(token, status, own))
    expect(calls).toEqual(['read', 'renew'])
  })

  it('inject() sends the renewed cookie', async () => {
    const { auth, clock, headers, token } = await createAuth(fastify())
    clock.now += DAY
    const app = createFastify()
    app.get('/', async (request, reply) => {
      const session = await auth.handleRequest(request, reply).validate()
      return session?.user.name
    })
    const response = await app.inject({ url: '/', headers: { ...headers, host: 'app.example' } })
    expect([
      response.body,
      response.headers['set-cookie'],
      response.headers['cache-control'],
    ]).toEqual(['Ada', setting(token), PRIVATE])
  })

  it('the AuthRequest is the same in hooks, handlers and error handlers', async () => {
    const { auth, calls, get } = await createAuth(fastify())
    const app = createFastify()
    app.addHook('preHandler', async (request, reply) => {
      await auth.handleRequest(request, reply).validate()
    })
    app.get('/', async (request, reply) => {
      await auth.handleRequest(request, reply).validate()
      throw new Error('broken')
    })
    app.setErrorHandler(async (_error, request, reply) => {
      reply.status(500)
      return (await auth.handleRequest(request, reply).validate())?.user.name
    })
    const response = await visit(await listenerOf(app), get())
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read'])
  })

  it('a refused setSession() is a 403 without an error handler', async () => {
    const { auth, post } = await createAuth(fastify())
    const app = createFastify()
    app.post('/', async (request, reply) => auth.handleRequest(request, reply).setSession(null))
    const response = await visit(await listenerOf(app), post({ Origin: 'https://evil.example' }))
    expect(headersOf(response)).toMatchObject({ status: 403, cookies: [] })
  })
})
