import { env } from 'cloudflare:workers'
import { limen } from '@limen/core'
import { d1Store, withAuth } from '@limen/workers'

const auth = limen({
  store: d1Store<{ name: string }>(env.DB),
  getUserAttributes: ({ name }) => ({ name }),
})

export default withAuth(auth, {
  async fetch(request, _env, _ctx, authRequest) {
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
  },
})
