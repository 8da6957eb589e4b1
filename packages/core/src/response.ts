/** What a request left behind, put on a response. The one room that touches one. */
import type { AuthRequest } from './auth-request.ts'
import type { OriginRequest } from './csrf.ts'
import type { AuthError } from './error.ts'
import type { CookieContext } from './middleware.ts'
import type { SessionCookie } from './session-cookie.ts'

/** What one request left behind for its response: any AuthRequest, say. */
export interface Left {
  /** The session cookie that it said last, if any: a function, so that no log shows a token. */
  readonly cookie: () => SessionCookie | undefined
  /** Whether a session was found. */
  readonly wasRead: boolean
  /** The request headers that the handler's answers depended on. */
  readonly vary: readonly string[]
}

/**
 * Puts what a request left behind on its response: each cookie once, and headers that keep a shared
 * cache from giving one visitor's page or cookie to another.
 *
 * A response with a session cookie or of a handler that found a session becomes
 * `Cache-Control: private, no-store`, unless it says `private` or `no-store` itself. Where no session
 * was found, a `Cache-Control` of the application stays, and only `Vary` is added.
 *
 * @param response Any response: streamed, redirecting, switching protocols, with immutable headers.
 * @param left What the request left behind.
 * @returns The same response, or a copy where its headers cannot be changed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9111#section-3 RFC 9111, section 3}
 *
 * @example
 * const response = respond(Response.redirect('https://app.example/'), {
 *   cookie: () => auth.createSessionCookie(null),
 *   wasRead: true,
 *   vary: ['Cookie'],
 * })
 * response.headers.get('Cache-Control')
 * // 'private, no-store'
 */
export function respond(response: Response, left: Left): Response {
  if (!left.vary.length) return response
  try {
    mark(response, left)
  } catch {
    response = new Response(response.body, response)
    mark(response, left)
  }
  return response
}

function mark({ headers }: Response, request: Left): void {
  const cookie = request.cookie()
  if (cookie) {
    const lines = headers.getSetCookie()
    const others = lines.filter((line) => !line.startsWith(`${cookie.name}=`))
    if (!cookie.renewal || others.length === lines.length) {
      headers.delete('Set-Cookie')
      for (const line of [...others, cookie.serialize()]) headers.append('Set-Cookie', line)
    }
  }

  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || request.wasRead || cookie) {
    // RFC 9213: for a cache that knows its own header, that overrides Cache-Control. Each change before
    // this look costs more than the look.
    const overriding: string[] = []
    headers.forEach((_, name) => {
      if (/-cache-control/.test(name)) overriding.push(name)
    })
    for (const name of overriding) headers.delete(name)
    if (!/(^|,)\s*(private|no-store)\s*(,|$)/i.test(cacheControl ?? '')) {
      headers.set('Cache-Control', 'private, no-store')
    }
  }
  for (const name of new Set(request.vary)) headers.append('Vary', name)
}

/** The part of an `auth` object that an adapter needs to open requests. */
export interface RequestOpener<AnySession> {
  /** An AuthRequest over a context whose cookies arrive. */
  openRequest(context: CookieContext): AuthRequest<AnySession>
}

/**
 * Runs a handler with an AuthRequest and puts what it left behind on the handler's response: all
 * that an adapter does on a platform where a handler takes a `Request` and returns a `Response`.
 *
 * @param auth The `auth` object.
 * @param request The request to answer.
 * @param handler Gives the response. What it throws passes through, but for an error that brings its
 * own response: `AUTH_UNTRUSTED_ORIGIN` is answered with 403.
 * @param waitUntil Takes the write that renews an idle session, where the platform has a place for it.
 * @returns The handler's response with cookies and cache headers.
 */
export async function answer<AnySession>(
  auth: RequestOpener<AnySession>,
  request: OriginRequest,
  handler: (authRequest: AuthRequest<AnySession>) => Response | Promise<Response>,
  waitUntil?: (work: Promise<unknown>) => void,
): Promise<Response> {
  const authRequest = auth.openRequest({ request, waitUntil, setCookie() {} })
  let response: Response | undefined
  try {
    response = await handler(authRequest)
  } catch (error) {
    response = (error as Partial<AuthError> | null)?.getResponse?.()
    if (!response) throw error
  }
  return respond(response, authRequest)
}
