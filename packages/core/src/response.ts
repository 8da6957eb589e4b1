/** Applies the pending cookie and cache headers of a request to its response. */
import type { AuthRequest } from './auth-request.ts'
import type { OriginRequest } from './csrf.ts'
import type { AuthError } from './error.ts'
import { listItems } from './header-list.ts'
import { AUTH_FORM } from './messages.ts'
import type { CookieContext, PendingResponse } from './middleware.ts'
import { checkOption, kindOf } from './options.ts'
import { hasMethod } from './store-options.ts'

/**
 * Applies a request's pending cookie and cache headers to its response, so that a shared cache does not
 * give one visitor's page or cookie to another.
 *
 * A response gets `Cache-Control: private, no-store` when it has a session cookie or when a session was
 * found, unless it already has `private` or `no-store`. So does a response without any `Cache-Control`
 * whose handler called `validate()`. Then headers for single caches, such as `CDN-Cache-Control`, are
 * removed. Otherwise the app's own `Cache-Control` stays, and only `Vary` is added. A second call
 * changes nothing.
 *
 * @param response Any response: a stream, a redirect, a 101, one with immutable headers.
 * @param pending The pending cookie and cache headers of the request.
 * @returns The same response, or a copy when a cookie is added or when its headers are immutable.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9111#section-3 RFC 9111, section 3}
 *
 * @example
 * const response = respond(Response.redirect('https://app.example/'), {
 *   cookie: () => auth.createSessionCookie(null),
 *   isPrivate: true,
 *   vary: ['Cookie'],
 * })
 * response.headers.get('Cache-Control')
 * // 'private, no-store'
 */
export function respond(response: Response, pending: PendingResponse): Response {
  if (!pending.vary.length) return response
  const cookie = pending.cookie()
  const isSet = cookie && response.headers.getSetCookie().includes(cookie.serialize())
  // An app can return one `Response` object without a body to many visitors: the cookie goes into a
  // copy. A 101 response cannot be copied, nor returned twice.
  if (cookie && !isSet && response.status !== 101) response = copyOf(response)
  try {
    addHeaders(response.headers, pending)
  } catch {
    response = copyOf(response)
    addHeaders(response.headers, pending)
  }
  return response
}

function copyOf(response: Response): Response {
  return new Response(response.body, response)
}

/** The part of `Headers` that {@link addHeaders} uses. */
export interface ResponseHeaders extends Pick<
  Headers,
  'get' | 'set' | 'append' | 'delete' | 'getSetCookie'
> {
  /** Calls a function with each header. */
  forEach(call: (value: string, name: string) => void): void
}

/**
 * The half of {@link respond} that changes headers: for adapters of frameworks that have no `Response`.
 * A second call changes nothing.
 *
 * @param headers The headers of the response. They are changed.
 * @param pending The pending cookie and cache headers of the request.
 *
 * @example
 * const headers = new Headers({ 'Cache-Control': 'public' })
 * addHeaders(headers, { cookie: () => undefined, isPrivate: true, vary: ['Cookie'] })
 * headers.get('Cache-Control')
 * // 'private, no-store'
 */
export function addHeaders(headers: ResponseHeaders, pending: PendingResponse): void {
  if (!pending.vary.length) return
  const cookie = pending.cookie()
  if (cookie) {
    const lines = headers.getSetCookie()
    const others = lines.filter((line) => !line.startsWith(`${cookie.name}=`))
    if (!cookie.renewal || others.length === lines.length) {
      const added = [cookie, ...cookie.deletions].map((one) => one.serialize())
      headers.delete('Set-Cookie')
      for (const line of new Set([...others, ...added])) headers.append('Set-Cookie', line)
      for (const [name, value] of cookie.headers ?? []) headers.set(name, value)
    }
  }

  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || pending.isPrivate || cookie) {
    // Collected first: deleting five names that are not there costs more.
    const overriding: string[] = []
    headers.forEach((_, name) => {
      if (overridesCacheControl(name)) overriding.push(name)
    })
    for (const name of overriding) headers.delete(name)
    if (!isPrivate(cacheControl)) headers.set('Cache-Control', 'private, no-store')
  }
  const vary = listItems(headers.get('Vary'))
  for (const name of new Set(pending.vary)) {
    if (!vary.includes(name.toLowerCase())) headers.append('Vary', name)
  }
}

/**
 * Checks whether caches obey a header instead of `Cache-Control`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9213 RFC 9213}
 */
function overridesCacheControl(name: string): boolean {
  return (
    name.endsWith('-cache-control') ||
    // The older names of Fastly and Varnish, and of Akamai.
    name === 'surrogate-control' ||
    name === 'edge-control'
  )
}

function isPrivate(cacheControl: string | null): boolean {
  const directives = listItems(cacheControl)
  return (
    (directives.includes('private') || directives.includes('no-store')) &&
    // Caches ignore `no-store` when `must-understand` is present.
    !directives.includes('must-understand') &&
    // A comma in a quoted value separates nothing.
    !cacheControl?.includes('"')
  )
}

/** The part of an `auth` object that an adapter needs to open requests. */
export interface RequestOpener<AnySession> {
  /** Opens an AuthRequest whose cookies are sent. */
  openRequest(context: CookieContext): AuthRequest<AnySession>
}

/** How {@link handle} opens a request. */
export interface HandleOptions {
  /** Receives the write that renews an idle session, when the platform has a `waitUntil`. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
  /**
   * Validates the session cookie before the handler runs, so that the response gets the renewed cookie
   * and the cache headers of a session that is first read inside a streamed body. An anonymous visitor
   * costs no read. When the store fails, the handler still runs. Default `false`.
   */
  readonly eager?: boolean | undefined
  /** Ends the handler when `setSession()` refuses the request: {@link CookieContext.refuse}. */
  readonly refuse?: CookieContext['refuse']
}

/**
 * Runs a handler with an AuthRequest, and applies its pending cookie and cache headers to the handler's
 * response. This is a complete adapter for platforms where a handler takes a `Request` and returns a
 * `Response`. Nested calls for one request share one AuthRequest.
 *
 * @param auth The `auth` object.
 * @param request The request to handle.
 * @param handler Returns the response, or `undefined` when the platform needs none, as after Bun's
 * `server.upgrade()`. A thrown `Response` is handled like a returned one, and so is an error that has
 * its own response: `AUTH_UNTRUSTED_ORIGIN` gives a 403. Other errors pass through.
 * @param options `waitUntil`, `eager` and `refuse`.
 * @returns The handler's response with cookies and cache headers.
 * @throws {AuthError} `AUTH_CONFIG` when `auth` is not what `limen()` returned.
 */
export async function handle<AnySession, Result extends Response | undefined | void = Response>(
  auth: RequestOpener<AnySession>,
  request: OriginRequest,
  handler: (authRequest: AuthRequest<AnySession>) => Result | Promise<Result>,
  options?: HandleOptions,
): Promise<Result | Response> {
  const context: { -readonly [Name in keyof CookieContext]: CookieContext[Name] } = {
    request,
    key: request,
    waitUntil: options?.waitUntil,
    refuse: options?.refuse,
    setCookie() {},
  }
  checkOption(hasMethod(auth, 'openRequest'), 'handle(): auth', AUTH_FORM, kindOf(auth))
  const authRequest = auth.openRequest(context)
  try {
    if (options?.eager) await authRequest.validate().catch(() => {})
    const response = await handler(authRequest)
    return response ? respond(response, authRequest) : response
  } catch (error) {
    const response = responseOf(error)
    if (!response) throw error
    return respond(response, authRequest)
  } finally {
    // The response is sent now: a later cookie would be lost without an error.
    context.setCookie = undefined
  }
}

/** Returns a thrown response, or the response of an error that has its own. */
function responseOf(error: unknown): Response | undefined {
  if (error instanceof Response) return error
  try {
    const { getResponse } = (error ?? {}) as Partial<AuthError>
    const own: unknown = typeof getResponse === 'function' ? getResponse.call(error) : undefined
    return own instanceof Response ? own : undefined
  } catch {
    // The app needs its own error, not that of a broken getResponse().
    return undefined
  }
}
