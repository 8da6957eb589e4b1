/** node() over TLS: HTTP/1.1 and HTTP/2. */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { connect, createSecureServer } from 'node:http2'
import { createServer as createHttpsServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { node } from '@limen/node'
import { generate } from 'selfsigned'
import { beforeAll, expect, it } from 'vitest'

let tls: { readonly key: string; readonly cert: string }

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  tls = { key, cert }
})

// With `secure: false`, the scheme of the connection decides.
const auth = limen({ store: memoryStore(), middleware: node(), secure: false })

const listener = (incoming: IncomingMessage, outgoing: ServerResponse) =>
  void outgoing.end(String(auth.handleRequest(incoming, outgoing).origin.trusted))

type Send = (port: number, origin: string) => Promise<string>

const sendHttps: Send = async (port, Origin) => {
  const options = { port, method: 'POST', headers: { Origin }, ca: tls.cert, agent: false }
  const sending = request({ host: 'localhost', ...options }).end()
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  return text(response)
}

const sendHttp2: Send = async (port, origin) => {
  const session = connect(`https://localhost:${port}`, { ca: tls.cert })
  try {
    return await text(session.request({ ':method': 'POST', origin }).end())
  } finally {
    session.close()
  }
}

const servers: [name: string, create: () => ReturnType<typeof createServer>, send: Send][] = [
  ['HTTP/1.1', () => createHttpsServer(tls, listener), sendHttps],
  ['HTTP/2', () => createSecureServer(tls, listener as never) as never, sendHttp2],
  [
    'HTTP/1.1 of a server for HTTP/2',
    () => createSecureServer({ ...tls, allowHTTP1: true }, listener as never) as never,
    sendHttps,
  ],
]

it.each(servers)('%s over TLS: the own origin is https', async (_, create, send) => {
  const server = create().listen(0)
  try {
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await send(port, `https://localhost:${port}`)).toBe('true')
    expect(await send(port, `http://localhost:${port}`)).toBe('false')
    expect(await send(port, 'https://localhost')).toBe('false')
  } finally {
    server.close()
  }
})
