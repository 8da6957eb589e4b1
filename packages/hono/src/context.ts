/** Turns a Hono context into the context that core needs. */
import type {
  CookieContext,
  PendingResponse,
  Middleware,
  OriginRequest,
  SessionCookie,
} from '@limen/core'
import type { Context } from 'hono'
import { ContextResponse } from './context-response.ts'

/**
 * Makes `auth.handleRequest(c)` work with any Hono context. Cookies and cache headers are applied to the
 * responses that the context creates (`c.html()`, `c.json()`, `c.redirect()`, `stream(c)`).
 *
 * On a route without any middleware, create the response with the context. Hono sends a `new Response()`
 * without assigning it to the context, so the session cookie and the cache headers would be lost. Use
 * `authenticate(auth)` if handlers return such responses. It also makes `setSession()` throw whenever
 * the response was sent; without it, that is known only while the body is read.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: hono() })
 * app.get('/', async (c) => {
 *   const session = await auth.handleRequest(c).validate()
 *   return c.text(session ? `Hello ${session.user.userId}` : 'Please sign in')
 * })
 */
export function hono(): Middleware<[c: Context]> {
  return (c) => {
    const response = ContextResponse.of(c)
    response.watch()
    return new WatchedContext(c, response)
  }
}

/**
 * A Hono context as core needs it. It is a class because V8 stores an object literal with a getter as a
 * dictionary, which is slow to read.
 */
export class HonoContext implements CookieContext {
  readonly key: Context
  readonly request: OriginRequest
  readonly response: ContextResponse
  #isOpened = false

  constructor(c: Context, response: ContextResponse) {
    this.key = c
    this.request = c.req.raw
    this.response = response
  }

  get setCookie(): CookieContext['setCookie'] {
    // Core reads this first when it opens the context. There, `undefined` means that the context has
    // no response, which is a different error than a response that was sent.
    const isSent = this.#isOpened && this.response.isSent
    this.#isOpened = true
    return isSent ? undefined : (cookie) => this.receiveCookie(cookie)
  }

  // Core reads this only to renew a session: outside Workers, `c.executionCtx` throws.
  get waitUntil(): CookieContext['waitUntil'] {
    try {
      const { executionCtx } = this.key
      return (work) => executionCtx.waitUntil(work)
    } catch {
      return undefined
    }
  }

  /** Does nothing: the middleware applies the cookie of the AuthRequest. */
  protected receiveCookie(_cookie: SessionCookie): void {}
}

/** A context whose AuthRequest no middleware has: it stores the pending response state itself. */
class WatchedContext extends HonoContext implements PendingResponse {
  override readonly request: OriginRequest
  readonly vary: string[] = []
  isPrivate = false
  #cookie: SessionCookie | undefined

  constructor(c: Context, response: ContextResponse) {
    super(c, response)
    const { headers, method, url } = c.req.raw
    const get = (name: string) => {
      // The headers that can contain a token. Core reads the others for its origin check.
      if (/^(cookie|authorization)$/i.test(name)) this.#dependOn(name)
      return headers.get(name)
    }
    this.request = { method, url, headers: { get } }
  }

  cookie(): SessionCookie | undefined {
    return this.#cookie
  }

  onSession(): void {
    this.isPrivate = true
    this.response.update()
  }

  protected override receiveCookie(cookie: SessionCookie): void {
    this.#cookie = cookie
    this.#dependOn('Cookie')
    this.response.update()
  }

  #dependOn(header: string): void {
    this.vary.push(header)
    this.response.add(this)
  }
}
