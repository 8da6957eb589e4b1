import { limen } from '@limen/core'
import { denoKvStore, withAuth } from '@limen/deno'

const auth = limen({
  store: denoKvStore<{ name: string }>(await Deno.openKv()),
  getUserAttributes: ({ name }) => ({ name }),
})

const handler = withAuth(auth, async (request, _info, authRequest) => {
  if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })

  const session = await authRequest.validate()
  const { pathname } = new URL(request.url)

  switch (`${request.method} ${pathname}`) {
    case 'POST /sign-up': {
      const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
      authRequest.setSession(await auth.createSession({ userId }))

      return Response.redirect(new URL('/me', request.url), 303)
    }
    case 'GET /me':
      if (!session) return new Response('Unauthorized', { status: 401 })

      return new Response(`Hello ${session.user.name}`)
    case 'POST /sign-out':
      if (session) await auth.invalidateSession(session.sessionId)
      authRequest.setSession(null)

      return Response.redirect(new URL('/me', request.url), 303)
    default:
      return new Response('Not found', { status: 404 })
  }
})

Deno.serve(handler)
