/** Real servers for a listener, and a client for each version of HTTP. */
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import {
  type Http2ServerRequest,
  type Http2ServerResponse,
  connect,
  createServer as createHttp2Server,
} from 'node:http2'
import { type AddressInfo, type Server, connect as connectSocket } from 'node:net'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Version = 'HTTP/1.1' | 'HTTP/2'

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Sends a request to a listener, through a server of its own. */
export async function visit(
  listener: Listener,
  request: Request,
  version: Version = 'HTTP/1.1',
): Promise<Response> {
  await using server = await serve(listener, version)
  const { body, headers, status } = await server.send(request)
  // A stream is read as it comes, and the server closes afterwards: see `visitStream`.
  return new Response(body && (await new Response(body).arrayBuffer()), { headers, status })
}

export interface Serving extends AsyncDisposable {
  readonly port: number
  readonly send: (request: Request) => Promise<Response>
}

/** Starts a server for a listener. */
export async function serve(listener: Listener, version: Version = 'HTTP/1.1'): Promise<Serving> {
  const isHttp2 = version === 'HTTP/2'
  // The compatibility API of node:http2 has the same methods.
  const http2Listener = listener as unknown as (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) => void
  const server = isHttp2
    ? createHttp2Server(http2Listener)
    : createServer((incoming, outgoing) => void listener(incoming, outgoing))
  return serving(server, version)
}

/** Listens with a server. */
export async function serving(server: Server, version: Version = 'HTTP/1.1'): Promise<Serving> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    send: (sent) => (version === 'HTTP/2' ? sendHttp2(port, sent) : sendHttp1(port, sent)),
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function sendHttp1(port: number, { method, url, headers, body }: Request): Promise<Response> {
  const { host, pathname, search } = new URL(url)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path: pathname + search,
      headers: { ...Object.fromEntries(headers), host },
    }
    const sending = request(options, resolve).on('error', reject)
    if (body) Readable.fromWeb(body as never).pipe(sending)
    else sending.end()
  })
  const lines = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return responseOf(answer.statusCode!, lines, answer)
}

async function sendHttp2(port: number, { method, url, headers }: Request): Promise<Response> {
  const { host, pathname, search } = new URL(url)
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ...Object.fromEntries(headers),
    ':method': method,
    ':authority': host,
    ':path': pathname + search,
  })
  stream.end()
  stream.on('close', () => session.close())
  const sent = await new Promise<Record<string, string | string[]>>((resolve, reject) => {
    for (const emitter of [session, stream]) emitter.on('error', reject)
    stream.on('response', (all) => resolve(all as Record<string, string | string[]>))
  })
  const lines = Object.entries(sent)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))
  return responseOf(Number(sent[':status']), lines, stream)
}

function responseOf(status: number, headers: [string, string][], body: Readable): Response {
  const hasBody = ![204, 304].includes(status)
  if (!hasBody) body.resume()
  const stream = hasBody ? (Readable.toWeb(body) as ReadableStream) : null
  return new Response(stream, { status, headers })
}

/** Sends bytes over a socket, and returns what comes back until it closes. */
export async function sendRaw(port: number, lines: readonly string[]): Promise<string> {
  const socket = connectSocket(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return text(socket)
}

/** Sends a `Response` as an app on node:http would. */
export async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value)
  outgoing.flushHeaders()
  if (!response.body) return void outgoing.end()
  await pipeline(Readable.fromWeb(response.body as never), outgoing)
}
