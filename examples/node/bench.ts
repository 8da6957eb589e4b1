/** Two routes that answer the same, without Limen and with it. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { auth } from './auth.ts'

async function respond(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  response.setHeader('Content-Type', 'application/json')
  if (request.url === '/bare') return response.end(JSON.stringify({ who: 'Ada' }))
  const authRequest = auth.handleRequest(request, response)
  if (request.method === 'POST') {
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    authRequest.setSession(await auth.createSession({ userId }))
    return response.end()
  }
  const session = await authRequest.validate()
  return response.end(JSON.stringify({ who: session?.user.name ?? 'anonymous' }))
}

const server = createServer((request, response) => void respond(request, response))

server.listen(Number(process.env['PORT']))
