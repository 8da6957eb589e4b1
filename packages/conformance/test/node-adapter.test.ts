/** The adapter for node:http in docs/write-an-adapter.md, over real connections. */
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { openNodeRequest } from './node-adapter.ts'

const closings: (() => void)[] = []

afterEach(() => {
  for (const close of closings.splice(0)) close()
})

/** Sends a request to a listener, through a server of its own. */
async function visit(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  { method, url, headers }: Request,
): Promise<Response> {
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  closings.push(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { host, pathname } = new URL(url)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      port,
      method,
      path: pathname,
      headers: { ...Object.fromEntries(headers), host },
    }
    request({ host: '127.0.0.1', ...options }, resolve)
      .on('error', reject)
      .end()
  })
  const answered = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const hasBody = ![204, 304].includes(answer.statusCode!)
  const body = hasBody ? (Readable.toWeb(answer) as ReadableStream) : null
  return new Response(body, { status: answer.statusCode!, headers: answered })
}

/** Sends a `Response` as an app on node:http would. */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value)
  outgoing.flushHeaders()
  if (!response.body) return void outgoing.end()
  await pipeline(Readable.fromWeb(response.body as never), outgoing)
}

const adapter: CaseAdapter = {
  serve:
    (auth, handler, { between } = {}) =>
    (visited) =>
      visit(async (incoming, outgoing) => {
        try {
          if (between) await openNodeRequest(auth, incoming, outgoing).validate()
          await send(await handler(openNodeRequest(auth, incoming, outgoing)), outgoing)
        } catch (error) {
          if (outgoing.headersSent) throw error
          const own = (error as { getResponse?: () => Response }).getResponse?.()
          const thrown = error instanceof Response ? error : own
          await send(thrown ?? new Response('sorry', { status: 500 }), outgoing)
        }
      }, visited),
}

describe('the adapter for node:http', () => {
  // In node:http there is no response between two adapters that a cache could store.
  const cases = adapterSuite(adapter).filter(({ name }) => !name.startsWith('D3'))
  it.each(cases)('$name', ({ run }) => run())
})

it('the adapter for node:http works in Express, and with headers that writeHead() receives', async () => {
  const auth = limen({ store: memoryStore() })
  const { userId } = await auth.createUser({})
  const app = express()
  app.post('/', async (incoming, outgoing) => {
    const session = await auth.createSession({ userId })
    openNodeRequest(auth, incoming, outgoing).setSession(session)
    outgoing
      .writeHead(201, 'Signed in', { 'Set-Cookie': 'theme=dark', Vary: 'Accept' })
      .end('hello')
  })
  const headers = { Origin: 'https://app.example' }
  const response = await visit(
    app,
    new Request('https://app.example/', { method: 'POST', headers }),
  )
  expect(response.status).toBe(201)
  expect(response.headers.getSetCookie()).toEqual([
    'theme=dark',
    expect.stringMatching(/^__Host-Http-session=/),
  ])
  expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  expect(response.headers.get('Vary')).toBe('Accept, Cookie')
  expect(await response.text()).toBe('hello')
})

it('the adapter for node:http sends headers that writeHead() receives as an array', async () => {
  const auth = limen({ store: memoryStore() })
  const response = await visit(async (incoming, outgoing) => {
    await openNodeRequest(auth, incoming, outgoing).validate()
    outgoing.setHeader('X-Step', '0')
    const headers = ['X-Step', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Step', '2']
    outgoing.writeHead(200, headers).end('hello')
  }, new Request('https://app.example/'))
  expect(response.headers.get('X-Step')).toBe('1, 2')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(response.headers.get('0')).toBeNull()
  expect(response.headers.get('Cache-Control')).toBe('private, no-store')
})

it('the adapter for node:http reports AUTH_RESPONSE_SENT for a request that is opened after the headers were sent', async () => {
  const auth = limen({ store: memoryStore() })
  const { userId } = await auth.createUser({})
  const session = await auth.createSession({ userId })
  let code: unknown
  await visit((incoming, outgoing) => {
    outgoing.flushHeaders()
    try {
      openNodeRequest(auth, incoming, outgoing).setSession(session)
    } catch (error) {
      code = (error as { code?: unknown }).code
    }
    outgoing.end()
  }, new Request('https://app.example/'))
  expect(code).toBe('AUTH_RESPONSE_SENT')
})
