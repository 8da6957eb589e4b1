/** Joins one Hono context to Limen's core. */
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
 * Lets `auth.handleRequest(c)` work anywhere a Hono context is at hand. Its cookies and cache headers
 * are put on the responses that the context makes (`c.html()`, `c.json()`, `c.redirect()`, `stream(c)`).
 *
 * On a route without any middleware, answer through the context: Hono sends a `new Response()` without
 * showing it to the context, so the session cookie and the cache headers would be lost. Use
 * `authenticate(auth)` where that cannot be promised, and to have `setSession()` throw reliably once the
 * response has left: without it, only a body that is being read shows that.
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
    const pending = ContextResponse.of(c)
    pending.watch()
    return new WatchedContext(c, pending)
  }
}

/**
 * What the core needs of a Hono context. A class: V8 keeps an object literal with a getter as a
 * dictionary, and each read of it was slow.
 */
export class HonoContext implements CookieContext {
  readonly key: Context
  readonly request: OriginRequest
  readonly pending: ContextResponse
  #isOpened = false

  constructor(c: Context, pending: ContextResponse) {
    this.key = c
    this.request = c.req.raw
    this.pending = pending
  }

  get setCookie(): CookieContext['setCookie'] {
    // Core reads it first when it opens the context. `undefined` means there that a context never had
    // a response, which is another error than that the response has left.
    const hasLeft = this.#isOpened && this.pending.hasLeft
    this.#isOpened = true
    return hasLeft ? undefined : (cookie) => this.takeCookie(cookie)
  }

  // Read only when a session is renewed: outside Workers the context throws.
  get waitUntil(): CookieContext['waitUntil'] {
    try {
      const { executionCtx } = this.key
      return (work) => executionCtx.waitUntil(work)
    } catch {
      return undefined
    }
  }

  /** The AuthRequest itself has the cookie, and the middleware applies it. */
  protected takeCookie(_cookie: SessionCookie): void {}
}

/** A context whose AuthRequest no middleware has, so that it keeps what the response needs itself. */
class WatchedContext extends HonoContext implements PendingResponse {
  override readonly request: OriginRequest
  readonly vary: string[] = []
  wasRead = false
  #cookie: SessionCookie | undefined

  constructor(c: Context, pending: ContextResponse) {
    super(c, pending)
    const { headers, method, url } = c.req.raw
    const get = (name: string) => {
      // The headers that can carry a token: core reads the others for its origin check.
      if (/^(cookie|authorization)$/i.test(name)) this.#dependOn(name)
      return headers.get(name)
    }
    this.request = { method, url, headers: { get } }
  }

  cookie(): SessionCookie | undefined {
    return this.#cookie
  }

  onSession(): void {
    this.wasRead = true
    this.pending.update()
  }

  protected override takeCookie(cookie: SessionCookie): void {
    this.#cookie = cookie
    this.#dependOn('Cookie')
    this.pending.update()
  }

  #dependOn(header: string): void {
    this.vary.push(header)
    this.pending.add(this)
  }
}
