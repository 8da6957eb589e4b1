/** Upstash's REST protocol over a real Redis: commands in, JSON out, strings as base64 on request. */
import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Redis } from 'ioredis'

/** A running endpoint. */
export interface UpstashEndpoint {
  readonly url: string
  readonly token: string
  /** How many requests it has answered. */
  readonly requests: () => number
  /** Breaks the connection once, after the next request was executed. */
  loseNextAnswer(): void
  close(): Promise<void>
}

/**
 * Starts an endpoint.
 *
 * @param port The port of the Redis.
 * @see {@link https://upstash.com/docs/redis/features/restapi Upstash's REST API}
 */
export async function startUpstash(port: number): Promise<UpstashEndpoint> {
  const redis = new Redis({ port, maxRetriesPerRequest: 1, retryStrategy: () => 20 })
  redis.on('error', () => {}) // Commands sent during an outage reject by themselves.
  const token = 'a-token'
  let requests = 0
  let isLost = false

  const server: Server = createServer((request, response) => {
    void respond(request, response)
  })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    requests++
    if (request.headers.authorization !== `Bearer ${token}`) {
      return answer(401, { error: 'Unauthorized' })
    }
    const body = JSON.parse(await text(request)) as unknown[]
    const isBase64 = request.headers['upstash-encoding'] === 'base64'
    const carriedOut = async ([name, ...args]: string[]) => {
      try {
        const result = await redis.call(name!, ...args)
        return { result: isBase64 ? inBase64(result) : result }
      } catch (error) {
        return { error: (error as Error).message }
      }
    }
    const results =
      request.url === '/pipeline'
        ? await Promise.all((body as string[][]).map(carriedOut))
        : await carriedOut(body as string[])
    if (isLost) {
      isLost = false
      request.socket.destroy()
      return
    }
    answer('error' in results ? 400 : 200, results)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: () => requests,
    loseNextAnswer() {
      isLost = true
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      redis.disconnect()
    },
  }
}

function inBase64(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(inBase64)
  return typeof result === 'string' && result !== 'OK'
    ? Buffer.from(result).toString('base64')
    : result
}
