import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CaseAdapter, type CaseAuth, type CaseHandler, adapterSuite } from '@limen/conformance'
import type { AuthRequest, InferSession } from '@limen/core'
import { express, fastify, koa, node } from '@limen/node'
import createExpress from 'express'
import createFastify, { type FastifyInstance } from 'fastify'
import Koa from 'koa'
import { afterEach, describe, it } from 'vitest'
import { type Listener, type Serving, type Version, sendResponse, serve } from '../test/server.ts'

type Open = () => AuthRequest<InferSession<CaseAuth>>

const servers: Serving[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
})

/** Runs a handler as the suite serves it: inside an outer call, where there is a `between`. */
async function answerOf(open: Open, handler: CaseHandler, isNested: boolean): Promise<Response> {
  try {
    if (isNested) await open().validate()
    return await handler(open())
  } catch (error) {
    const own = (error as { getResponse?: () => Response }).getResponse?.()
    const thrown = error instanceof Response ? error : own
    return thrown ?? new Response('sorry', { status: 500 })
  }
}

type Answer = (open: Open) => Promise<Response>

/** How an app of each framework answers with a `Response`. */
const frameworks: Record<
  string,
  (auth: CaseAuth, answer: Answer, version: Version) => Promise<Listener>
> = {
  'node:http': async (auth, answer) => async (request, response) => {
    const middleware = node()
    const open = () => auth.openRequest(middleware(request, response))
    await sendResponse(await answer(open), response)
  },
  'Express 5': async (auth, answer) => {
    const middleware = express()
    const app = createExpress()
    app.use(async (request, response) => {
      const open = () => auth.openRequest(middleware(request, response))
      await sendResponse(await answer(open), response)
    })
    return app
  },
  'Koa 3': async (auth, answer) => {
    const middleware = koa()
    const app = new Koa()
    app.use(async (ctx) => {
      ctx.body = await answer(() => auth.openRequest(middleware(ctx)))
      // Koa sends headers with the first bytes, and the suite's streams begin after the headers.
      ctx.flushHeaders()
    })
    return app.callback()
  },
  'Fastify 5': async (auth, answer, version) => {
    const middleware = fastify()
    const app = (createFastify as (options: object) => FastifyInstance)({
      http2: version === 'HTTP/2',
    })
    app.all('/page', async (request, reply) =>
      flushing(await answer(() => auth.openRequest(middleware(request, reply)))),
    )
    await app.ready()
    return (request: IncomingMessage, response: ServerResponse) => app.routing(request, response)
  },
}

/** Begins a body with no bytes: Fastify sends headers with the first ones, as Koa does. */
function flushing(response: Response): Response {
  const start = (controller: TransformStreamDefaultController) =>
    controller.enqueue(new Uint8Array())
  const body = response.body?.pipeThrough(new TransformStream({ start }))
  return new Response(body ?? null, response)
}

function adapterOf(framework: string, version: Version): CaseAdapter {
  return {
    serve:
      (auth, handler, { between } = {}) =>
      async (request) => {
        const answer: Answer = (open) => answerOf(open, handler, between !== undefined)
        const server = await serve(await frameworks[framework]!(auth, answer, version), version)
        servers.push(server)
        return server.send(request)
      },
  }
}

/** In Node there is no response between two adapters that a cache could store. */
const BETWEEN = /^D3/
/** HTTP/2 has no header `Upgrade`. */
const HANDSHAKE = /handshake/

describe.each(Object.keys(frameworks))('the adapter for %s', (framework) => {
  const cases = adapterSuite(adapterOf(framework, 'HTTP/1.1'))
  it.each(cases.filter(({ name }) => !BETWEEN.test(name)))('$name', ({ run }) => run())
})

// Express has no HTTP/2.
describe.each(['node:http', 'Koa 3', 'Fastify 5'])(
  'over HTTP/2, the adapter for %s',
  (framework) => {
    const cases = adapterSuite(adapterOf(framework, 'HTTP/2'))
    const named = cases.filter(({ name }) => !BETWEEN.test(name) && !HANDSHAKE.test(name))
    it.each(named)('$name', ({ run }) => run())
  },
)
