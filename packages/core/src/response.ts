/** Applies pending cookies and cache headers to a response. No other module modifies responses. */
import type { AuthRequest } from './auth-request.ts'
import type { OriginRequest } from './csrf.ts'
import type { AuthError } from './error.ts'
import { checkOption } from './options.ts'
import type { CookieContext } from './middleware.ts'
import type { SessionCookie } from './session-cookie.ts'

/** What one request left behind for its response: any AuthRequest, say. */
export interface PendingResponse {
  /** The session cookie that was set last, if any: a function, so that no log shows a token. */
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
 * @returns The same response, or a copy where a cookie is added or its headers cannot be changed. Calling it twice changes
 * nothing more.
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
export function respond(response: Response, left: PendingResponse): Response {
  if (!left.vary.length) return response
  const cookie = left.cookie()
  const isSet = cookie && response.headers.getSetCookie().includes(cookie.serialize())
  // An app can return one `Response` without a body to many visitors: no cookie is written into its
  // own object. One that switches protocols cannot be copied, nor returned twice.
  if (cookie && !isSet && response.status !== 101) response = copyOf(response)
  try {
    mark(response, left)
  } catch {
    response = copyOf(response)
    mark(response, left)
  }
  return response
}

function copyOf(response: Response): Response {
  return new Response(response.body, response)
}

function mark({ headers }: Response, request: PendingResponse): void {
  const cookie = request.cookie()
  if (cookie) {
    const lines = headers.getSetCookie()
    const others = lines.filter((line) => !line.startsWith(`${cookie.name}=`))
    if (!cookie.renewal || others.length === lines.length) {
      const added = [cookie, ...cookie.formerly].map((one) => one.serialize())
      headers.delete('Set-Cookie')
      for (const line of new Set([...others, ...added])) headers.append('Set-Cookie', line)
    }
  }

  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || request.wasRead || cookie) {
    // RFC 9213: a cache that knows its own header ignores Cache-Control. Surrogate-Control (Fastly,
    // Varnish) and Edge-Control (Akamai) are older names of the same. Deleting each unseen costs more.
    const overriding: string[] = []
    headers.forEach((_, name) => {
      if (/-cache-control|^(surrogate|edge)-control$/.test(name)) overriding.push(name)
    })
    for (const name of overriding) headers.delete(name)
    // Caches ignore `no-store` beside `must-understand`, and what stands between quotes.
    const isPrivate = /(^|,)\s*(private|no-store)\s*(,|$)/i.test(cacheControl ?? '')
    if (!isPrivate || /must-understand|"/i.test(cacheControl ?? '')) {
      headers.set('Cache-Control', 'private, no-store')
    }
  }
  const vary = headers.get('Vary') ?? ''
  for (const name of new Set(request.vary)) {
    if (!new RegExp(`(^|[\\s,])${name}($|[\\s,])`, 'i').test(vary)) headers.append('Vary', name)
  }
}

/** The part of an `auth` object that an adapter needs to open requests. */
export interface RequestOpener<AnySession> {
  /** An AuthRequest over a context whose cookies are sent. */
  openRequest(context: CookieContext): AuthRequest<AnySession>
}

/** How {@link handle} opens a request. */
export interface HandleOptions {
  /** Receives the write that renews an idle session, where the platform has a place for it. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
  /**
   * Validates the session cookie before the handler runs, so that a session which is first read inside
   * a streamed body still sends its renewed cookie and its cache headers. An anonymous visitor costs
   * no read. When the store fails, the handler runs all the same. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/**
 * Runs a handler with an AuthRequest and applies its pending cookie and cache headers to the handler's
 * response: all that an adapter does on a platform where a handler takes a `Request` and returns a
 * `Response`. Nested calls for one request share one AuthRequest.
 *
 * @param auth The `auth` object.
 * @param request The request to answer.
 * @param handler Returns the response, or `undefined` where the platform needs none, as after Bun's
 * `server.upgrade()`. A thrown `Response` is answered like a returned one, and so is an error that has
 * its own response: `AUTH_UNTRUSTED_ORIGIN` is answered with 403. Other errors pass through.
 * @param options `waitUntil` and `eager`.
 * @returns The handler's response with cookies and cache headers.
 */
export async function handle<AnySession, Answer extends Response | undefined | void = Response>(
  auth: RequestOpener<AnySession>,
  request: OriginRequest,
  handler: (authRequest: AuthRequest<AnySession>) => Answer | Promise<Answer>,
  options?: HandleOptions,
): Promise<Answer | Response> {
  const context: { -readonly [Name in keyof CookieContext]: CookieContext[Name] } = {
    request,
    key: request,
    waitUntil: options?.waitUntil,
    setCookie() {},
  }
  const opens = typeof auth?.openRequest === 'function'
  checkOption(opens, 'auth', 'what limen() returned, and no promise of it', typeof auth)
  const authRequest = auth.openRequest(context)
  try {
    if (options?.eager) await authRequest.validate().catch(() => {})
    const response = await handler(authRequest)
    return response ? respond(response, authRequest) : response
  } catch (error) {
    const { getResponse } = (error ?? {}) as Partial<AuthError>
    const own = typeof getResponse === 'function' ? getResponse.call(error) : undefined
    const response = error instanceof Response ? error : own
    if (!response) throw error
    return respond(response, authRequest)
  } finally {
    // The response leaves: a cookie that is set from now on would be lost without an error.
    context.setCookie = undefined
  }
}
