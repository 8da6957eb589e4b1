import { handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  getUserAttributes: ({ name }) => ({ name }),
})

export default {
  fetch: (request: Request): Promise<Response> =>
    handle(auth, request, async (authRequest) => {
      if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })

      const session = await authRequest.validate()
      const { pathname } = new URL(request.url)

      switch (`${request.method} ${pathname}`) {
        case 'POST /sign-up': {
          const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
          authRequest.setSession(await auth.createSession({ userId }))

          return Response.redirect(new URL('/me', request.url).href, 303)
        }
        case 'GET /me':
          if (!session) return new Response('Unauthorized', { status: 401 })

          return new Response(`Hello ${session.user.name}`)
        case 'POST /sign-out':
          if (session) await auth.invalidateSession(session.sessionId)
          authRequest.setSession(null)

          return Response.redirect(new URL('/me', request.url).href, 303)
        default:
          return new Response('Not found', { status: 404 })
      }
    }),
}
