import { type InferAuthRequest, handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  getUserAttributes: ({ name }) => ({ name }),
})

type Handler = (
  authRequest: InferAuthRequest<typeof auth>,
  request: Bun.BunRequest,
  server: Bun.Server<{ name: string }>,
) => Promise<Response | undefined>

const route =
  (handler: Handler) => (request: Bun.BunRequest, server: Bun.Server<{ name: string }>) =>
    handle(auth, request, async (authRequest): Promise<Response | undefined> => {
      if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })

      return handler(authRequest, request, server)
    })

const toMe = () => new Response(null, { status: 303, headers: { Location: '/me' } })

Bun.serve<{ name: string }>({
  port: Number(process.env['PORT'] ?? 3000),
  routes: {
    '/sign-up': {
      POST: route(async (authRequest) => {
        const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
        authRequest.setSession(await auth.createSession({ userId }))

        return toMe()
      }),
    },
    '/me': route(async (authRequest) => {
      const session = await authRequest.validate()
      if (!session) return new Response('Unauthorized', { status: 401 })

      return new Response(`Hello ${session.user.name}`)
    }),
    '/sign-out': {
      POST: route(async (authRequest) => {
        const session = await authRequest.validate()
        if (session) await auth.invalidateSession(session.sessionId)
        authRequest.setSession(null)

        return toMe()
      }),
    },
    '/socket': route(async (authRequest, request, server) => {
      const session = await authRequest.validate()
      if (!session) return new Response('Unauthorized', { status: 401 })

      // Bun sends the response of an upgrade itself: it gets the renewed cookie here.
      const cookie = authRequest.cookie()?.serialize()
      const headers = new Headers(cookie ? { 'Set-Cookie': cookie } : {})
      if (server.upgrade(request, { headers, data: { name: session.user.name } })) return undefined

      return new Response('Bad Request', { status: 400 })
    }),
  },
  fetch: () => new Response('Not found', { status: 404 }),
  websocket: {
    open: (socket) => void socket.send(`Hello ${socket.data.name}`),
    message() {},
  },
})
