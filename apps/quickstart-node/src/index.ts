import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { getRequestListener } from '@hono/node-server'
import { handle, limen } from '@limen/core'
import { migrate, nodeSqlite, sqlStore } from '@limen/sql'

const { DATABASE = 'app.db', PORT = '3000' } = process.env
const driver = nodeSqlite(new DatabaseSync(DATABASE, { timeout: 5000 }))
await migrate(driver)

const auth = limen({
  store: sqlStore<{ name: string }>(driver),
  getUserAttributes: ({ name }) => ({ name }),
})

const listener = getRequestListener((request) =>
  handle(auth, request, async (authRequest) => {
    if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })

    const session = await authRequest.validate()
    const { pathname } = new URL(request.url)

    switch (`${request.method} ${pathname}`) {
      case 'POST /sign-up': {
        const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
        authRequest.setSession(await auth.createSession({ userId }))

        return new Response(null, { status: 303, headers: { Location: '/me' } })
      }
      case 'GET /me':
        if (!session) return new Response('Unauthorized', { status: 401 })

        return new Response(`Hello ${session.user.name}`)
      case 'POST /sign-out':
        if (session) await auth.invalidateSession(session.sessionId)
        authRequest.setSession(null)

        return new Response(null, { status: 303, headers: { Location: '/me' } })
      default:
        return new Response('Not found', { status: 404 })
    }
  }),
)

const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
server.listen(Number(PORT), () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://localhost:${address?.port}`)
})
