/** The Worker: sign-in, sign-out and WebSocket handshakes for the chat room. */
import { type AuthRequest, isAuthError, isRecentSignIn } from '@limen/core'
import { withAuth } from '@limen/workers'
import { RECENT_MINUTES, type VisitorSession, authFor } from './auth.ts'
import type { Env } from './env.ts'
import { page } from './page.ts'
import type { Refusal } from './room.ts'

export { Room } from './room.ts'

const NAME = /^[^\p{Cc}]{1,30}$/u
const LONGEST_FORM = 4096

export default withAuth(authFor, {
  async fetch(request, env: Env, ctx, authRequest) {
    const { pathname } = new URL(request.url)
    // Rejects cross-site requests: forms and WebSocket handshakes.
    if (!authRequest.origin.trusted) {
      const message =
        'Refused: this request was not sent by a page of the chat. If you are signed in, you still are.'
      return failed(request, env, 403, message)
    }
    const room = env.ROOM.getByName('lobby')
    const recheck = (userId: string) => ctx.waitUntil(room.recheck(userId))
    try {
      switch (`${request.method} ${pathname}`) {
        case 'GET /me':
          return await currentUser(request, env, authRequest)
        case 'GET /devices':
          return await listDevices(request, env, recheck, authRequest)
        case 'GET /room':
          return await connect(request, room, authRequest)
        case 'POST /sign-in':
          return await signIn(request, env, recheck, authRequest)
        case 'POST /sign-out':
          return await signOut(request, env, recheck, authRequest)
        case 'POST /sign-out-others':
          return await signOutOthers(request, env, recheck, authRequest)
        case 'POST /delete-account':
          return await deleteAccount(request, env, recheck, authRequest)
      }
      const session = await authRequest.validate()
      return await page(request, env, {
        status: 404,
        message: 'Page not found.',
        name: session?.user.name,
      })
    } catch (error) {
      const code = isAuthError(error) ? error.code : 'Error'
      // The session was revoked on another device after this request validated it.
      if (code === 'AUTH_INVALID_SESSION_ID') {
        return Response.redirect(new URL('/', request.url).href, 303)
      }
      console.error(`${code}: ${error instanceof Error ? error.message : ''}`, error)
      // A query that the database rejects fails again at the next attempt: that is not an outage.
      return code === 'AUTH_STORE_UNAVAILABLE'
        ? failed(
            request,
            env,
            503,
            'The database does not respond. If you are signed in, you still are. Try again.',
          )
        : failed(request, env, 500, 'Internal error. This is a fault of the chat.')
    }
  },
})

/** Answers a failed form with a page, and scripts and handshakes with a status and text. */
function failed(request: Request, env: Env, status: number, message: string) {
  return /^\/(me|devices|room)$/.test(new URL(request.url).pathname)
    ? new Response(message, { status })
    : page(request, env, { status, message })
}

type ChatRequest = AuthRequest<VisitorSession>
type Handler = (
  request: Request,
  env: Env,
  recheck: (userId: string) => void,
  authRequest: ChatRequest,
) => Promise<Response>

/** Answers a handshake: a signed-in user gets a socket. The room receives ids, never the token. */
async function connect(
  request: Request,
  room: DurableObjectStub,
  authRequest: ChatRequest,
): Promise<Response> {
  if (request.headers.get('Upgrade') !== 'websocket') {
    return new Response('This path needs a WebSocket', {
      status: 426,
      headers: { Upgrade: 'websocket' },
    })
  }
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const { sessionId, user } = session
  const ids = new URLSearchParams({ sessionId, userId: user.userId })
  // A new request, so the room receives no header of the client.
  const response = await room.fetch(`https://room/?${ids.toString()}`, {
    headers: { Upgrade: 'websocket' },
  })
  if (response.status !== 429) return response
  // A page can read the close code of a socket, but not the status of a handshake.
  const { code, reason } = await response.json<Refusal>()
  const { 0: client, 1: socket } = new WebSocketPair()
  socket.accept()
  socket.close(code, reason)
  return new Response(null, { status: 101, webSocket: client })
}

/** Returns the user's name. A page cannot read why a handshake failed, so it calls this. */
async function currentUser(
  request: Request,
  env: Env,
  authRequest: ChatRequest,
): Promise<Response> {
  const session = await authRequest.validate()
  if (session) return Response.json({ name: session.user.name })
  // A cookie without a session: it was revoked on another device, or has expired.
  const wasSignedOut = authFor(env).readSessionCookie(request) !== null
  return Response.json({ wasSignedOut }, { status: 401 })
}

/** Lists the user's sessions. The page reads the list when the user opens it. */
const listDevices: Handler = async (_request, env, _recheck, authRequest) => {
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const sessions = await authFor(env).getAllUserSessions(session.user.userId)
  return Response.json(
    sessions.map(({ sessionId, createdAt, renewedAt }) => ({
      isCurrent: sessionId === session.sessionId,
      signedInAt: createdAt,
      lastUsedAt: renewedAt,
    })),
  )
}

/** Signs in with a name only. This is an example: your app must check a credential here. */
const signIn: Handler = async (request, env, recheck, authRequest) => {
  const auth = authFor(env)
  const form = await readForm(request)
  if (!form) return failed(request, env, 413, 'The form is too large.')
  const input = form.get('name') ?? ''
  const remember = form.get('remember') === 'on'
  const name = input.normalize().trim()
  if (!NAME.test(name)) {
    const session = await authRequest.validate()
    return page(request, env, {
      status: 422,
      message: 'You are not signed in with this name.',
      name: session?.user.name,
      signIn: { input, remember, problem: 'Enter a name of 1 to 30 visible characters.' },
    })
  }
  const before = await authRequest.validate()
  const userId = name.toLowerCase()
  try {
    await auth.createUser({ userId, attributes: { name } })
  } catch (error) {
    if (!isAuthError(error) || error.code !== 'AUTH_DUPLICATE_USER_ID') throw error
  }
  const attributes = { remember }
  // A session of this browser is replaced: its sockets and a copy of its cookie get no access any more.
  const session = before
    ? await auth.replaceSession(before, { userId, attributes })
    : await auth.createSession({ userId, attributes })
  authRequest.setSession(session)
  if (before) recheck(before.user.userId)
  // The limit of devices can have revoked this user's oldest session.
  recheck(userId)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** Reads a form; `null` if it is too large. The length is checked while the form is read. */
async function readForm({ body }: Request): Promise<URLSearchParams | null> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (text.length > LONGEST_FORM) return null
  }
  return new URLSearchParams(text)
}

/** Revokes the session first, then deletes the cookie, and lets the room check its sockets. */
const signOut: Handler = async (request, env, recheck, authRequest) => {
  const session = await authRequest.validate()
  if (session) {
    await authFor(env).invalidateSession(session.sessionId)
    recheck(session.user.userId)
  }
  authRequest.setSession(null)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** Revokes the user's sessions on other devices. */
const signOutOthers: Handler = async (request, env, recheck, authRequest) => {
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const { sessionId, user } = session
  await authFor(env).invalidateAllUserSessions(user.userId, { except: sessionId })
  recheck(user.userId)
  return Response.redirect(new URL('/', request.url).href, 303)
}

/** Deletes the user with all sessions, a short time after sign-in. Later, the user signs in again first. */
const deleteAccount: Handler = async (request, env, recheck, authRequest) => {
  const session = await authRequest.validate()
  if (!session) return new Response('Unauthorized', { status: 401 })
  const auth = authFor(env)
  const { userId, name } = session.user
  if (!isRecentSignIn(session, { withinMs: RECENT_MINUTES * 60_000, now: auth.now() })) {
    return page(request, env, {
      status: 401,
      message: `You joined more than ${RECENT_MINUTES} minutes ago. Join again, then delete your account.`,
      name,
      signIn: { input: name, remember: session.remember === true },
    })
  }
  await auth.deleteUser(userId)
  recheck(userId)
  authRequest.setSession(null)
  return Response.redirect(new URL('/', request.url).href, 303)
}
