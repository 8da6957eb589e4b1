/** Neon's HTTP protocol in front of a PostgreSQL of our own: `neonConfig.fetchEndpoint` points here. */
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseError, Pool, type PoolClient } from 'pg'

/** One statement, as Neon's driver sends it. */
interface Statement {
  readonly query: string
  readonly params: readonly unknown[]
}

/** An endpoint that answers. */
export interface NeonEndpoint {
  /** What `neonConfig.fetchEndpoint` is to give. */
  readonly url: string
  /** How many requests were answered. */
  readonly requests: number
  /** Ends it and all its connections. */
  stop(): Promise<void>
}

const asSent = { getTypeParser: () => (text: unknown) => text }

/** Starts an endpoint; the database is the one that each request names. */
export async function startNeonEndpoint(): Promise<NeonEndpoint> {
  const pools = new Map<string, Pool>()
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    }
    answer(request).then(
      (result) => reply(200, result),
      (error: Error) => {
        const { message } = error
        // Neon hands on what PostgreSQL reported: its driver reads code, detail and the rest from it.
        if (error instanceof DatabaseError) reply(400, Object.assign({ message }, error))
        else reply(500, { message })
      },
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/sql`,
    get requests() {
      return requests
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await Promise.all([...pools.values()].map((pool) => pool.end()))
    },
  }

  async function answer(request: IncomingMessage): Promise<object> {
    const connectionString = header(request, 'neon-connection-string')!
    const pool = pools.get(connectionString) ?? new Pool({ connectionString, max: 10 })
    pools.set(connectionString, pool)
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as
      | Statement
      | { readonly queries: readonly Statement[] }
    const client = await pool.connect()
    try {
      if (!('queries' in body)) return await run(client, body)
      const level = header(request, 'neon-batch-isolation-level')?.replace(
        /[A-Z]/g,
        (letter) => ` ${letter}`,
      )
      await client.query(level ? `begin isolation level ${level}` : 'begin')
      const results: object[] = []
      for (const statement of body.queries) results.push(await run(client, statement))
      await client.query('commit')
      return { results }
    } catch (error) {
      if ('queries' in body) await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
}

/** Neon's answer: rows as arrays, values as PostgreSQL wrote them. */
async function run(client: PoolClient, { query, params }: Statement): Promise<object> {
  const { command, rowCount, rows, fields } = await client.query({
    text: query,
    values: [...params],
    rowMode: 'array',
    types: asSent,
  })
  return { command, rowCount, rows, fields }
}

function header(request: IncomingMessage, name: string): string | undefined {
  return request.headers[name]?.toString()
}
