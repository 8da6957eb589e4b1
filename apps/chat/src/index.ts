/** The Worker: signs people in and out, and lets them into the room. */
import { AuthError, type AuthRequest } from '@limen/core'
import { withAuth } from '@limen/workers'
import { type VisitorSession, authFor } from './auth.ts'
import type { Env } from './env.ts'

export { Room } from './room.ts'

const NAME = /^[^\p{Cc}]{1,30}$/u

export default withAuth(authFor, {
  async fetch(request, env: Env, ctx, authRequest) {
    // What another site sends ends here: forms and WebSocket handshakes alike.
    if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })
    const { pathname } = new URL(request.url)
    const room = env.ROOM.getByName('lobby')
    const recheck = (userId: string) => ctx.waitUntil(room.recheck(userId))
    try {
      switch (`${request.method} ${pathname}`) {
        case 'GET /me':
          return await whoIsThere(authRequest)
        case 'GET /room':
          return await enter(request, room, authRequest)
        case 'POST /sign-in':
          return await signIn(request, env, recheck, authRequest)
        case 'POST /sign-out':
          return await signOut(request, env, recheck, authRequest)
        case 'POST /sign-out-others':
          return await signOutOthers(request, env, recheck, authRequest)
      }
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'AUTH_STORE_UNAVAILABLE') throw error
      return new Response('The database does not answer. Try again.', { status: 503 })
    }
    return new Response('Not found', { status: 404 })
  },
})

type Visit = AuthRequest<VisitorSession>
type Act = (
  request: Request,
  env: Env,
  recheck: (userId: string) => void,
  authRequest: Visit,
) => Promise<Response>

/** A handshake: whoever is signed in gets a socket, and the room gets ids, never the token. */
async function enter(
  request: Request,
  room: DurableObjectStub,
  authRequest: Visit,
): Promise<Response> {
  if (request.headers.get('Upgrade') !== 'websocket') {
    return new Response('A WebSocket, please', { status: 426, headers: { Upgrade: 'websocket' } })
  }
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const { sessionId, user } = session
  const ids = new URLSearchParams({ sessionId, userId: user.userId })
  // A request of our own: nothing that the visitor sent gets through to the room.
  return room.fetch(`https://room/?${ids.toString()}`, { headers: { Upgrade: 'websocket' } })
}

/** A page cannot see why a handshake was refused, so it asks here. */
async function whoIsThere(authRequest: Visit): Promise<Response> {
  const session = await authRequest.validate()
  return session
    ? Response.json({ name: session.user.name })
    : new Response('Unauthorized', { status: 401 })
}

/** Signs in whoever gives a name. This is an example: an app of yours asks for a proof here. */
const signIn: Act = async (request, env, recheck, authRequest) => {
  const auth = authFor(env)
  const form = await request.formData().catch(() => null)
  const given = form?.get('name')
  const name = typeof given === 'string' ? given.normalize().trim() : ''
  if (!NAME.test(name)) return new Response('That is no name', { status: 422 })
  const before = await authRequest.validate()
  const userId = name.toLowerCase()
  try {
    await auth.createUser({ userId, attributes: { name } })
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'AUTH_DUPLICATE_USER_ID') throw error
  }
  const session = await auth.createSession({ userId })
  if (before) {
    await auth.invalidateSession(before.sessionId)
    recheck(before.user.userId)
  }
  authRequest.setSession(session)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** The session ends in the store first; then the cookie goes, and the room looks again. */
const signOut: Act = async (request, env, recheck, authRequest) => {
  const session = await authRequest.validate()
  if (session) {
    await authFor(env).invalidateSession(session.sessionId)
    recheck(session.user.userId)
  }
  authRequest.setSession(null)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** Ends the sessions that the same name has on other devices. */
const signOutOthers: Act = async (request, env, recheck, authRequest) => {
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const { sessionId, user } = session
  await authFor(env).invalidateAllUserSessions(user.userId, { except: sessionId })
  recheck(user.userId)
  return Response.redirect(new URL('/', request.url).href, 303)
}
