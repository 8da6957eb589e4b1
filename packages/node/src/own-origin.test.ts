/** The app's own origin: what each framework knows of its host and scheme, with and without a proxy. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { express, fastify, koa, node } from '@limen/node'
import createExpress from 'express'
import createFastify from 'fastify'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { createAuth } from '../test/app.ts'
import { type Listener, sendRaw, serve, visit } from '../test/server.ts'

type Trust = boolean | 'loopback'

/** Creates a listener that answers with the result of the origin check. */
const listeners: Record<string, (trust: Trust) => Promise<Listener>> = {
  'node:http': async () => {
    const { auth } = await createAuth(node())
    return (request, response) =>
      response.end(JSON.stringify(auth.handleRequest(request, response).origin))
  },
  'Express 5': async (trust) => {
    const { auth } = await createAuth(express())
    const app = createExpress()
    app.set('trust proxy', trust)
    const router = createExpress.Router()
    router.post('/act', (request, response) => {
      response.json(auth.handleRequest(request, response).origin)
    })
    app.use('/mounted', router)
    app.use(router)
    return app
  },
  'Koa 3': async (trust) => {
    const { auth } = await createAuth(koa())
    const app = new Koa({ proxy: trust !== false })
    app.use((ctx) => {
      ctx.body = auth.handleRequest(ctx).origin
    })
    return app.callback()
  },
  'Fastify 5': async (trust) => {
    const { auth } = await createAuth(fastify())
    const app = createFastify({ trustProxy: trust })
    app.post('/*', async (request, reply) => auth.handleRequest(request, reply).origin)
    await app.ready()
    return (request: IncomingMessage, response: ServerResponse) => app.routing(request, response)
  },
}

const APP = 'https://app.example'
type Case = [
  what: string,
  url: string,
  headers: Record<string, string>,
  results: readonly [untrusted: string, trusted: string],
]

const cases: Case[] = [
  ['no proxy', `${APP}/act`, { Origin: APP }, ['trusted', 'trusted']],
  ['a mounted router', `${APP}/mounted/act`, { Origin: APP }, ['trusted', 'trusted']],
  [
    'a proxy that ends TLS and keeps Host',
    `${APP}/act`,
    { Origin: APP, 'X-Forwarded-Proto': 'https' },
    ['trusted', 'trusted'],
  ],
  [
    'a proxy that rewrites Host',
    'http://edge.internal:8080/act',
    { Origin: APP, 'X-Forwarded-Host': 'app.example', 'X-Forwarded-Proto': 'https' },
    ['origin-mismatch', 'trusted'],
  ],
  [
    'an origin in plain http on a host that is not loopback',
    `${APP}/act`,
    { Origin: 'http://app.example' },
    ['origin-insecure', 'origin-insecure'],
  ],
  [
    'another origin',
    `${APP}/act`,
    { Origin: 'https://evil.example' },
    ['origin-mismatch', 'origin-mismatch'],
  ],
  ['no Origin', `${APP}/act`, {}, ['origin-missing', 'origin-missing']],
  [
    'the browser’s word, behind a proxy that is not known',
    'http://edge.internal:8080/act',
    { Origin: APP, 'Sec-Fetch-Site': 'same-origin' },
    ['trusted', 'trusted'],
  ],
]

async function check(listener: Listener, request: Request): Promise<string> {
  const origin = (await (await visit(listener, request)).json()) as {
    readonly trusted: boolean
    readonly reason?: string
  }
  return origin.trusted ? 'trusted' : origin.reason!
}

describe.each(Object.keys(listeners))('the own origin in %s', (framework) => {
  it.each(cases)('%s', async (_, url, headers, [untrusted, trusted]) => {
    const request = () => new Request(url, { method: 'POST', headers })
    expect(await check(await listeners[framework]!(false), request())).toBe(untrusted)
    if (framework === 'node:http') return
    for (const trust of [true, 'loopback'] as const) {
      expect(await check(await listeners[framework]!(trust), request())).toBe(trusted)
    }
  })

  it('is not that of an absolute-form target', async () => {
    await using server = await serve(await listeners[framework]!(false))
    const answered = await sendRaw(server.port, [
      `POST ${APP}/act HTTP/1.1`,
      'Host: app.example',
      `Origin: ${APP}`,
      'Content-Length: 0',
      'Connection: close',
    ])
    // Express has routes for paths only.
    if (framework === 'Express 5') expect(answered).toMatch(/"trusted":true|^HTTP\/1.1 404/)
    else expect(answered).toContain('"trusted":true')
  })
})

it('the first of two hosts of a trusted proxy is the own one in Express and Koa, the last in Fastify', async () => {
  const headers = { Origin: APP, 'X-Forwarded-Host': 'app.example, edge.internal' }
  const request = () => new Request('http://edge.internal/act', { method: 'POST', headers })
  const results = await Promise.all(
    ['Express 5', 'Koa 3', 'Fastify 5'].map(async (framework) =>
      check(await listeners[framework]!(true), request()),
    ),
  )
  expect(results).toEqual(['trusted', 'trusted', 'origin-mismatch'])
})

it('csrfProtection.hostHeader is the own host in node:http, behind a proxy that rewrites Host', async () => {
  const { auth } = await createAuth(node(), { csrfProtection: { hostHeader: 'X-Forwarded-Host' } })
  const listener: Listener = (request, response) =>
    response.end(JSON.stringify(auth.handleRequest(request, response).origin))
  const headers = { Origin: APP, 'X-Forwarded-Host': 'app.example' }
  const request = new Request('http://edge.internal/act', { method: 'POST', headers })
  expect(await check(listener, request)).toBe('trusted')
})

it('csrfProtection.hostHeader can be Host in HTTP/2, where :authority replaces it', async () => {
  const { auth, post } = await createAuth(node(), { csrfProtection: { hostHeader: 'Host' } })
  const listener: Listener = (request, response) =>
    response.end(JSON.stringify(auth.handleRequest(request, response).origin))
  expect(await (await visit(listener, post(), 'HTTP/2')).json()).toEqual({ trusted: true })
})

it('repeated Origin headers are refused', async () => {
  const { auth } = await createAuth(node())
  await using server = await serve((request, response) =>
    response.end(JSON.stringify(auth.handleRequest(request, response).origin)),
  )
  const answered = await sendRaw(server.port, [
    'POST / HTTP/1.1',
    'Host: app.example',
    `Origin: ${APP}`,
    `Origin: ${APP}`,
    'Content-Length: 0',
    'Connection: close',
  ])
  expect(answered).toContain('"trusted":false')
})

it('a request of HTTP/1.0 without Host is refused, whatever its Origin', async () => {
  const { auth } = await createAuth(node())
  await using server = await serve((request, response) =>
    response.end(JSON.stringify(auth.handleRequest(request, response).origin)),
  )
  for (const origin of [APP, 'http://undefined', 'https://undefined', 'http://', 'null']) {
    const lines = ['POST / HTTP/1.0', `Origin: ${origin}`, 'Content-Length: 0']
    expect(await sendRaw(server.port, lines)).toContain('"trusted":false')
  }
})
