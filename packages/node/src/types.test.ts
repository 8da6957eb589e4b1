/** What is typed without a cast. `examples` has the augmentations of Express and Fastify. */
import { createServer } from 'node:http'
import { createServer as createHttp2Server, createSecureServer } from 'node:http2'
import { type AuthRequest, type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import {
  express,
  fastify,
  koa,
  node,
  openUpgrade,
  requireOrigin,
  requireRecentSignIn,
  requireSession,
} from '@limen/node'
import createExpress, { type Response } from 'express'
import createFastify from 'fastify'
import Koa from 'koa'
import { expect, expectTypeOf, it } from 'vitest'

const options = {
  store: memoryStore<{ name: string }>(),
  getUserAttributes: ({ name }: { name: string }) => ({ name }),
}
const nodeAuth = limen({ ...options, middleware: node() })
const expressAuth = limen({ ...options, middleware: express() })
const koaAuth = limen({ ...options, middleware: koa() })
const fastifyAuth = limen({ ...options, middleware: fastify() })
type TestSession = InferSession<typeof nodeAuth>

it('node(): the requests of HTTP/1.1 and HTTP/2', () => {
  const servers = [
    createServer((request, response) => {
      const authRequest = nodeAuth.handleRequest(request, response)
      expectTypeOf(authRequest).toEqualTypeOf<AuthRequest<TestSession>>()
      void requireSession(nodeAuth)(request, response, () => {})
      void requireOrigin(nodeAuth)(request, response, () => {})
    }),
    createHttp2Server((request, response) => {
      const authRequest = nodeAuth.handleRequest(request, response)
      expectTypeOf(authRequest).toEqualTypeOf<AuthRequest<TestSession>>()
      void requireSession(nodeAuth)(request, response, () => {})
    }),
    createSecureServer({}, (request, response) => {
      expectTypeOf(nodeAuth.handleRequest(request, response)).toEqualTypeOf<
        AuthRequest<TestSession>
      >()
    }),
  ]
  createServer().on('upgrade', (request) => {
    expectTypeOf(openUpgrade(nodeAuth, request)).toEqualTypeOf<AuthRequest<TestSession>>()
  })
  expectTypeOf<Parameters<typeof nodeAuth.handleRequest>['length']>().toEqualTypeOf<2>()
  expect(servers).toHaveLength(3)
})

it('express(): the session of a route, and its parameters', () => {
  const app = createExpress()
  app.get('/:id', requireSession(expressAuth), (request, response) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>()
    expectTypeOf(response.locals.session).toEqualTypeOf<TestSession>()
    expectTypeOf(expressAuth.handleRequest(request, response)).toEqualTypeOf<
      AuthRequest<TestSession>
    >()
  })
  const recent = requireRecentSignIn(expressAuth, { withinMs: 1 })
  app.get('/:id/again', requireOrigin(expressAuth), recent, (request, response) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>()
    expectTypeOf(response.locals.session).toEqualTypeOf<TestSession>()
  })
  // Behind app.use(), TypeScript knows the response. In a route it is named.
  app.use(requireSession(expressAuth, (_, response) => response.redirect('/')))
  app.get(
    '/:id/else',
    requireSession(expressAuth, (_, response: Response) => response.redirect('/')),
    (_, response) => {
      expectTypeOf(response.locals.session).toEqualTypeOf<TestSession>()
    },
  )
  expect(app.router.stack.length).toBeGreaterThan(0)
})

it('koa(): a context of any kind', () => {
  const app = new Koa<{ step: number }, { auth: AuthRequest<TestSession> }>()
  app.use((ctx) => {
    expectTypeOf(koaAuth.handleRequest(ctx)).toEqualTypeOf<AuthRequest<TestSession>>()
    ctx.auth = koaAuth.handleRequest(ctx)
  })
  expect(app.middleware).toHaveLength(1)
})

it('fastify(): over HTTP/1.1 and HTTP/2', () => {
  const app = createFastify()
  app.get('/', (request, reply) => {
    expectTypeOf(fastifyAuth.handleRequest(request, reply)).toEqualTypeOf<
      AuthRequest<TestSession>
    >()
  })
  const http2 = createFastify({ http2: true })
  http2.get<{ Params: { id: string } }>('/:id', (request, reply) => {
    expectTypeOf(fastifyAuth.handleRequest(request, reply)).toEqualTypeOf<
      AuthRequest<TestSession>
    >()
  })
  expect(app.hasRoute({ method: 'GET', url: '/' })).toBe(true)
})
