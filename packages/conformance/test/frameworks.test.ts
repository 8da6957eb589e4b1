/** Frameworks answer the refusal of `setSession()` with 403 by themselves. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OriginRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Elysia } from 'elysia'
import express from 'express'
import fastify from 'fastify'
import { H3 } from 'h3'
import { createApp, defineEventHandler, toNodeListener } from 'h3-v1'
import Koa from 'koa'
import { describe, expect, it, vi } from 'vitest'

type Send = (line: string) => unknown

const auth = limen({
  store: memoryStore(),
  middleware: (request: OriginRequest, send: Send) => ({
    request,
    setCookie: (cookie) => send(cookie.serialize()),
  }),
})

/** What an application's handler does: signs out, which an untrusted request must not. */
function signOut(request: OriginRequest, send: Send): string {
  auth.handleRequest(request, send).setSession(null)
  return 'signed out'
}

/** Node's request as the core reads it. */
function ofNode(request: {
  readonly method?: string | undefined
  readonly headers: NodeJS.Dict<string | string[]>
}): OriginRequest {
  const get = (name: string) => String(request.headers[name.toLowerCase()] ?? '') || null
  return { method: request.method!, url: 'https://app.example/', headers: { get } }
}

type Visit = (headers: Record<string, string>) => Promise<Response>

/** Runs a handler of node:http for one request. */
function visiting(listener: RequestListener): Visit {
  return async (headers) => {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers })
      return new Response(await response.text(), response)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }
}

const frameworks: [name: string, visit: () => Visit][] = [
  [
    'Express 5',
    () => {
      const app = express()
      // Express logs errors everywhere but in its test environment.
      app.set('env', 'test')
      app.post('/', (request, response) => {
        response.send(signOut(ofNode(request), (line) => response.appendHeader('Set-Cookie', line)))
      })
      return visiting(app)
    },
  ],
  [
    'Koa 3',
    () => {
      const app = new Koa()
      app.silent = true
      app.use((ctx) => {
        ctx.body = signOut(ofNode(ctx.req), (line) => ctx.append('Set-Cookie', line))
      })
      const callback = app.callback()
      return visiting((request, response) => void callback(request, response))
    },
  ],
  [
    'Fastify 5',
    () => async (headers) => {
      const app = fastify()
      app.post('/', async (request, reply) =>
        signOut(ofNode(request.raw), (line) => reply.header('Set-Cookie', line)),
      )
      const {
        body,
        headers: sent,
        statusCode,
      } = await app.inject({
        method: 'POST',
        url: '/',
        headers,
      })
      const cookies = [sent['set-cookie'] ?? []].flat()
      return new Response(body, {
        status: statusCode,
        headers: cookies.map((line) => ['Set-Cookie', line] as [string, string]),
      })
    },
  ],
  [
    'h3 1',
    () => {
      const app = createApp()
      app.use(
        defineEventHandler(({ node }) =>
          signOut(ofNode(node.req), (line) => node.res.appendHeader('Set-Cookie', line)),
        ),
      )
      return visiting(toNodeListener(app))
    },
  ],
  [
    'h3 2',
    () => async (headers) => {
      const app = new H3({ silent: true })
      app.post('/', ({ req, res }) =>
        signOut(req, (line) => res.headers.append('Set-Cookie', line)),
      )
      return app.request('https://app.example/', { method: 'POST', headers })
    },
  ],
  [
    'Elysia 1',
    () => (headers) => {
      const app = new Elysia().post('/', ({ request, set }) =>
        signOut(request, (line) => (set.headers['set-cookie'] = line)),
      )
      return app.handle(new Request('https://app.example/', { method: 'POST', headers }))
    },
  ],
]

describe('D8: a refusal of setSession()', () => {
  it.each(frameworks)('D8: %s answers it with 403 by itself', async (_, visit) => {
    // h3 1 logs each error that it did not make itself.
    using _quiet = vi.spyOn(console, 'error').mockReturnValue()
    const refusals: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      {},
    ]
    for (const headers of refusals) {
      const response = await visit()(headers)
      expect(response.status, JSON.stringify(headers)).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
    }
    const trusted = await visit()({ Origin: 'https://app.example' })
    expect([trusted.status, await trusted.text()]).toEqual([200, 'signed out'])
    expect(trusted.headers.getSetCookie()).toHaveLength(1)
  })
})
