import { type InferAuthRequest, handle } from '@limen/core'
import { page } from 'driver/page'
import { auth } from './auth.ts'

type AuthRequest = InferAuthRequest<typeof auth>
type Answer = Response | undefined

interface SocketData {
  readonly name: string
}

type Handler = (
  authRequest: AuthRequest,
  request: Bun.BunRequest,
  server: Bun.Server<SocketData>,
) => Promise<Answer> | Answer

/** Makes a route: its handler receives the AuthRequest. */
const route =
  (handler: Handler) =>
  (request: Bun.BunRequest, server: Bun.Server<SocketData>): Promise<Answer> =>
    handle(auth, request, async (authRequest): Promise<Answer> => {
      if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })
      try {
        return await handler(authRequest, request, server)
      } catch (error) {
        console.error(error)
        // Bun's own error page has no request, so a renewed cookie would be lost.
        return new Response('Internal Server Error', { status: 500 })
      }
    })

const who = async (authRequest: AuthRequest): Promise<string> =>
  (await authRequest.validate())?.user.name ?? 'anonymous'

const html = { 'Content-Type': 'text/html; charset=utf-8' }
const seeOther = (headers: Record<string, string> = {}) =>
  new Response(null, { status: 303, headers: { Location: '/', ...headers } })

/** A body in two parts. The second is computed after the headers were sent. */
const streamed = (second: () => Promise<string> | string) =>
  new Response(
    new ReadableStream<Uint8Array>({
      async start(controller) {
        const encoder = new TextEncoder()
        controller.enqueue(encoder.encode('who: '))
        await Bun.sleep(20)
        controller.enqueue(encoder.encode(await second()))
        controller.close()
      },
    }),
  )

Bun.serve<SocketData>({
  hostname: 'localhost',
  port: Number(process.env['PORT'] ?? 3000),
  routes: {
    '/': {
      GET: route(
        async (authRequest) => new Response(page(await who(authRequest)), { headers: html }),
      ),
    },
    '/sign-up': {
      POST: route(async (authRequest, request) => {
        const name = (await request.formData()).get('name') as string
        const { userId } = await auth.createUser({ attributes: { name } })
        authRequest.setSession(await auth.createSession({ userId }))
        request.cookies.set('theme', 'dark')
        return seeOther()
      }),
    },
    '/sign-out': {
      POST: route(async (authRequest) => {
        const session = await authRequest.validate()
        if (session) await auth.invalidateSession(session.sessionId)
        authRequest.setSession(null)
        return seeOther()
      }),
    },
    '/public': new Response('public'),
    '/twice': route(async (authRequest) => {
      const [one, other] = await Promise.all([who(authRequest), who(authRequest)])
      return new Response(one === other ? `who: ${one}` : 'two answers')
    }),
    '/redirect': route(async (authRequest) => {
      await who(authRequest)
      return Response.redirect('/public')
    }),
    '/stream': route(async (authRequest) => {
      const name = await who(authRequest)
      return streamed(() => name)
    }),
    '/late': route((authRequest) => streamed(() => who(authRequest))),
    '/error': route(async (authRequest) => {
      await who(authRequest)
      throw new Error('broken')
    }),
    '/tagged': route(async (authRequest, request) => {
      const name = await who(authRequest)
      const headers = { ETag: '"v1"' }
      return request.headers.get('If-None-Match') === '"v1"'
        ? new Response(null, { status: 304, headers })
        : new Response(`who: ${name}`, { headers })
    }),
    '/own': route(async (authRequest, request) => {
      const name = await who(authRequest)
      request.cookies.set('seen', '1')
      return new Response(`who: ${name}`, { headers: { 'Cache-Control': 'public, max-age=60' } })
    }),
    '/static': new Response('the same for all'),
    '/data': route(async (authRequest) => Response.json({ who: await who(authRequest) })),
    '/socket': route(async (authRequest, request, server) => {
      const session = await authRequest.validate()
      if (!session) return new Response('Unauthorized', { status: 401 })

      // The upgrade sends its own response, so it gets the renewed cookie here.
      const cookie = authRequest.cookie()?.serialize()
      const headers = new Headers(cookie ? { 'Set-Cookie': cookie } : {})
      const data = { name: session.user.name }
      return server.upgrade(request, { headers, data })
        ? undefined
        : new Response('Bad Request', { status: 400 })
    }),
  },
  fetch: () => new Response('Not Found', { status: 404 }),
  websocket: {
    open: (socket) => void socket.send(`Hello ${socket.data.name}`),
    message() {},
  },
})
