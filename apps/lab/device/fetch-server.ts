/** Serves a function from Request to Response over https, on a free port. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Tls } from '../test/browser.ts'

/** A server that listens. */
export interface FetchServer extends AsyncDisposable {
  readonly port: number
}

/** Starts the server. */
export async function serveFetch(
  tls: Tls,
  answer: (request: Request) => Promise<Response>,
): Promise<FetchServer> {
  const server = createServer(tls, (incoming, outgoing) => {
    const respond = async () => {
      const response = await answer(await requestOf(incoming))
      outgoing.writeHead(response.status, [...response.headers].flat())
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    }
    respond().catch((error: Error) => outgoing.destroy(error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming
  const pairs: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    pairs.push([rawHeaders[at]!, rawHeaders[at + 1]!])
  }
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = chunks.length ? Buffer.concat(chunks) : null
  return new Request(`https://${headers.host}${url}`, { method, headers: pairs, body })
}
