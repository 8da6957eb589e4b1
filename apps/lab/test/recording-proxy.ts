/**
 * A proxy in front of the app under test: it terminates TLS, serves the pages that send the requests,
 * forwards all other requests, and records each of them with the app's report.
 */
import { once } from 'node:events'
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  createServer as createHttpServer,
  request,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Server } from '@limen/test-servers'
import type { Report } from '../src/app.ts'
import type { Tls } from './browser.ts'

/** One request to the app under test, and its response. */
export interface Entry {
  readonly path: string
  readonly method: string
  /** `Sec-Fetch-Site` and `Origin`, as the browser sent them. */
  readonly site: string | undefined
  readonly origin: string | undefined
  /** The whole `Cookie` header, one character for each byte. */
  readonly cookie: string | undefined
  readonly status: number
  /** The app's report; `null` if the app responded without one. */
  readonly report: Report | null
  readonly setCookie: readonly string[]
}

interface RecordingProxyOptions {
  /** The port of the app under test. */
  readonly upstream: number
  /** Without it the proxy uses plain http. */
  readonly tls?: Tls
  /** Where the proxy adds an entry for each request. */
  readonly journal: Entry[]
}

/** Starts a recording proxy on a free port. */
export async function startRecordingProxy({
  upstream,
  tls,
  journal,
}: RecordingProxyOptions): Promise<Server> {
  const options = { ...tls, maxHeaderSize: 1 << 20 }
  const listener: RequestListener = (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://lab')
    if (url.pathname.startsWith('/lab/')) serve(url, incoming, outgoing, journal)
    else forward(incoming, outgoing)
  }
  const server = tls ? createHttpsServer(options, listener) : createHttpServer(options, listener)
  server.on('upgrade', forwardUpgrade)
  const sockets = new Set<Duplex>()
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }

  function requestUpstream({ method, url, headers }: IncomingMessage) {
    return request({ host: '127.0.0.1', port: upstream, method, path: url, headers })
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const forwarded = requestUpstream(incoming)
    forwarded.on('response', (response) => {
      record(incoming, response)
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.pipe(outgoing)
    })
    forwarded.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(forwarded)
  }

  function forwardUpgrade(incoming: IncomingMessage, client: Duplex): void {
    const forwarded = requestUpstream(incoming)
    const writeHead = (response: IncomingMessage) => {
      record(incoming, response)
      const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`]
      for (let at = 0; at < response.rawHeaders.length; at += 2) {
        lines.push(`${response.rawHeaders[at]}: ${response.rawHeaders[at + 1]}`)
      }
      client.write(`${lines.join('\r\n')}\r\n\r\n`)
    }
    forwarded.on('upgrade', (response, socket) => {
      writeHead(response)
      socket.on('error', () => client.destroy())
      socket.pipe(client).pipe(socket)
    })
    forwarded.on('response', (response) => {
      writeHead(response)
      response.pipe(client)
    })
    forwarded.on('error', (error) => client.destroy(error))
    forwarded.end()
  }

  function record(
    { url = '', method = '', headers }: IncomingMessage,
    response: IncomingMessage,
  ): void {
    const report = response.headers['lab-report']
    journal.push({
      path: url,
      method,
      site: headers['sec-fetch-site'] as string | undefined,
      origin: headers.origin,
      cookie: headers.cookie,
      status: response.statusCode ?? 0,
      report: report ? (JSON.parse(String(report)) as Report) : null,
      setCookie: response.headers['set-cookie'] ?? [],
    })
  }
}

/** Serves the laboratory's own pages, on every host. Their content is in their URL. */
function serve(
  { pathname, searchParams }: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  journal: readonly Entry[],
): void {
  const text = searchParams.get('text') ?? ''
  const report = searchParams.get('report')
  switch (pathname) {
    case '/lab/page':
      outgoing.setHeader('Content-Type', 'text/html; charset=utf-8')
      if (report) {
        outgoing.setHeader('Content-Security-Policy', `img-src 'none'; report-uri ${report}`)
      }
      if (searchParams.has('no-referrer')) outgoing.setHeader('Referrer-Policy', 'no-referrer')
      outgoing.end(`<!doctype html><title>Lab</title><link rel="icon" href="data:,">${text}`)
      break
    case '/lab/script':
      outgoing.setHeader('Content-Type', 'text/javascript')
      outgoing.setHeader('Service-Worker-Allowed', '/')
      outgoing.end(text)
      break
    case '/lab/redirect':
      incoming.resume()
      outgoing.writeHead(Number(searchParams.get('status')), { Location: searchParams.get('to')! })
      outgoing.end()
      break
    case '/lab/cookies':
      outgoing.setHeader('Set-Cookie', searchParams.getAll('set'))
      outgoing.end()
      break
    case '/lab/journal':
      outgoing.setHeader('Content-Type', 'application/json')
      outgoing.end(JSON.stringify(journal.filter(({ path }) => path.includes(text))))
      break
    default:
      outgoing.writeHead(404).end()
  }
}
