import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { node } from '@limen/node'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  middleware: node(),
  getUserAttributes: ({ name }) => ({ name }),
})

async function respond(req: IncomingMessage, res: ServerResponse): Promise<unknown> {
  const authRequest = auth.handleRequest(req, res)
  if (!authRequest.origin.trusted) return res.writeHead(403).end('Forbidden')

  const session = await authRequest.validate()

  switch (`${req.method} ${req.url}`) {
    case 'POST /sign-up': {
      const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
      authRequest.setSession(await auth.createSession({ userId }))

      return res.writeHead(303, { Location: '/me' }).end()
    }
    case 'GET /me':
      if (!session) return res.writeHead(401).end('Unauthorized')

      return res.end(`Hello ${session.user.name}`)
    case 'POST /sign-out':
      if (session) await auth.invalidateSession(session.sessionId)
      authRequest.setSession(null)

      return res.writeHead(303, { Location: '/me' }).end()
    default:
      return res.writeHead(404).end('Not found')
  }
}

export const server = createServer((req, res) => {
  respond(req, res).catch((error: unknown) => {
    console.error(error)
    res.writeHead(500).end()
  })
})

server.listen(Number(process.env['PORT'] ?? 3000))
