/** The Worker: signs people in and out, and lets them into the room. */
import { type AuthRequest, isAuthError } from '@limen/core'
import { withAuth } from '@limen/workers'
import { type VisitorSession, authFor } from './auth.ts'
import type { Env } from './env.ts'
import { page } from './page.ts'
import type { Refusal } from './room.ts'

export { Room } from './room.ts'

const NAME = /^[^\p{Cc}]{1,30}$/u
const LONGEST_FORM = 4096

export default withAuth(authFor, {
  async fetch(request, env: Env, ctx, authRequest) {
    const { pathname } = new URL(request.url)
    // What another site sends ends here: forms and WebSocket handshakes alike.
    if (!authRequest.origin.trusted) {
      const message =
        'Refused: no page of this chat sent that. If you were signed in, you still are.'
      return failed(request, env, 403, message)
    }
    const room = env.ROOM.getByName('lobby')
    const recheck = (userId: string) => ctx.waitUntil(room.recheck(userId))
    try {
      switch (`${request.method} ${pathname}`) {
        case 'GET /me':
          return await whoIsThere(request, env, authRequest)
        case 'GET /room':
          return await enter(request, room, authRequest)
        case 'POST /sign-in':
          return await signIn(request, env, recheck, authRequest)
        case 'POST /sign-out':
          return await signOut(request, env, recheck, authRequest)
        case 'POST /sign-out-others':
          return await signOutOthers(request, env, recheck, authRequest)
      }
      const session = await authRequest.validate()
      return await page(request, env, {
        status: 404,
        message: 'There is no such page.',
        name: session?.user.name,
      })
    } catch (error) {
      const code = isAuthError(error) ? error.code : 'Error'
      console.error(`${code}: ${error instanceof Error ? error.message : ''}`, error)
      // A query that the database rejects is rejected at the next try too: that is no outage.
      return code === 'AUTH_STORE_UNAVAILABLE'
        ? failed(
            request,
            env,
            503,
            'The database does not answer. If you were signed in, you still are. Try again.',
          )
        : failed(request, env, 500, 'Something broke. The fault is ours.')
    }
  },
})

/** A failure of a form is a page; scripts and handshakes need only its status. */
function failed(request: Request, env: Env, status: number, message: string) {
  return /^\/(me|room)$/.test(new URL(request.url).pathname)
    ? new Response(message, { status })
    : page(request, env, { status, message })
}

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
  const answer = await room.fetch(`https://room/?${ids.toString()}`, {
    headers: { Upgrade: 'websocket' },
  })
  if (answer.status !== 429) return answer
  // A page sees the code of a close and no status of a handshake.
  const { code, reason } = await answer.json<Refusal>()
  const { 0: client, 1: socket } = new WebSocketPair()
  socket.accept()
  socket.close(code, reason)
  return new Response(null, { status: 101, webSocket: client })
}

/** A page cannot see why a handshake was refused, so it asks here. */
async function whoIsThere(request: Request, env: Env, authRequest: Visit): Promise<Response> {
  const session = await authRequest.validate()
  if (session) return Response.json({ name: session.user.name })
  // A cookie without a session: it was ended on another device, or has expired.
  const wasSignedOut = authFor(env).readSessionCookie(request) !== null
  return Response.json({ wasSignedOut }, { status: 401 })
}

/** Signs in whoever gives a name. This is an example: an app of yours asks for a proof here. */
const signIn: Act = async (request, env, recheck, authRequest) => {
  const auth = authFor(env)
  const form = await readForm(request)
  if (!form) return failed(request, env, 413, 'That was more than a name.')
  const typed = form.get('name') ?? ''
  const name = typed.normalize().trim()
  if (!NAME.test(name)) {
    const session = await authRequest.validate()
    return page(request, env, {
      status: 422,
      message: 'You are not signed in under that name.',
      name: session?.user.name,
      signIn: { typed, problem: 'Give a name of 1 to 30 characters that can be seen.' },
    })
  }
  const before = await authRequest.validate()
  const userId = name.toLowerCase()
  try {
    await auth.createUser({ userId, attributes: { name } })
  } catch (error) {
    if (!isAuthError(error) || error.code !== 'AUTH_DUPLICATE_USER_ID') throw error
  }
  const session = await auth.createSession({ userId })
  if (before) {
    await auth.invalidateSession(before.sessionId)
    recheck(before.user.userId)
  }
  authRequest.setSession(session)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** The fields of a form, or `null` when it is too long. Its length is counted while it is read. */
async function readForm({ body }: Request): Promise<URLSearchParams | null> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (text.length > LONGEST_FORM) return null
  }
  return new URLSearchParams(text)
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
