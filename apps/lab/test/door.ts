/** A door into the laboratory: it ends TLS, serves the pages that attack, passes the rest on to the
 * app under test, and writes down what came in and what the app said of it. */
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
import type { Report } from '../src/app.ts'

/** One request to the app under test, and its answer. */
export interface Entry {
  readonly path: string
  readonly method: string
  /** `Sec-Fetch-Site` and `Origin`, as the browser sent them. */
  readonly site: string | undefined
  readonly origin: string | undefined
  /** The whole `Cookie` header, one character for each byte. */
  readonly cookie: string | undefined
  readonly status: number
  /** What the app concluded; without it the app did not come to that. */
  readonly report: Report | null
  readonly setCookie: readonly string[]
}

/** What a door needs to know. */
interface DoorOptions {
  /** Where the app under test listens. */
  readonly backend: number
  /** Without it the door speaks plain http. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly journal: Entry[]
}

export interface Door {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Opens a door on a free port. */
export async function openDoor({ backend, tls, journal }: DoorOptions): Promise<Door> {
  const options = { ...tls, maxHeaderSize: 1 << 20 }
  const listener: RequestListener = (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://lab')
    if (url.pathname.startsWith('/lab/')) serve(url, incoming, outgoing, journal)
    else passOn(incoming, outgoing)
  }
  const server = tls ? createHttpsServer(options, listener) : createHttpServer(options, listener)
  server.on('upgrade', passUpgradeOn)
  const sockets = new Set<Duplex>()
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }

  function askBackend({ method, url, headers }: IncomingMessage) {
    return request({ host: '127.0.0.1', port: backend, method, path: url, headers })
  }

  function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const asked = askBackend(incoming)
    asked.on('response', (answer) => {
      note(incoming, answer)
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    asked.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(asked)
  }

  function passUpgradeOn(incoming: IncomingMessage, client: Duplex): void {
    const asked = askBackend(incoming)
    const writeHead = (answer: IncomingMessage) => {
      note(incoming, answer)
      const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
      for (let at = 0; at < answer.rawHeaders.length; at += 2) {
        lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`)
      }
      client.write(`${lines.join('\r\n')}\r\n\r\n`)
    }
    asked.on('upgrade', (answer, socket) => {
      writeHead(answer)
      socket.on('error', () => client.destroy())
      socket.pipe(client).pipe(socket)
    })
    asked.on('response', (answer) => {
      writeHead(answer)
      answer.pipe(client)
    })
    asked.on('error', (error) => client.destroy(error))
    asked.end()
  }

  function note(
    { url = '', method = '', headers }: IncomingMessage,
    answer: IncomingMessage,
  ): void {
    const report = answer.headers['lab-report']
    journal.push({
      path: url,
      method,
      site: headers['sec-fetch-site'] as string | undefined,
      origin: headers.origin,
      cookie: headers.cookie,
      status: answer.statusCode ?? 0,
      report: report ? (JSON.parse(String(report)) as Report) : null,
      setCookie: answer.headers['set-cookie'] ?? [],
    })
  }
}

/** The laboratory's own pages, on every host: they say what their URL asks them to. */
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
