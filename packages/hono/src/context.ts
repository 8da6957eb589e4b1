/** Joins one Hono context to Limen's core. */
import { type CookieContext, type Left, type Middleware, respond } from '@limen/core'
import type { Context } from 'hono'

/**
 * Lets `auth.handleRequest(c)` work anywhere a Hono context is at hand. Its cookies are put on the
 * context at once, so the handler must answer through the context (`c.html()`, `c.json()`,
 * `c.redirect()`): of a `Response` of its own, Hono would drop the cookies, or ours. Where that cannot
 * be promised, and for cache headers on pages that only read a session, use `authenticate(auth)`.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: hono() })
 * app.get('/', async (c) => {
 *   const session = await auth.handleRequest(c).validate()
 *   return c.text(session ? `Hello ${session.user.userId}` : 'Hello stranger')
 * })
 */
export function hono(): Middleware<[c: Context]> {
  return (c) =>
    new HonoContext(c, (cookie) =>
      leave(c, { cookie: () => cookie, wasRead: true, vary: ['Cookie'] }),
    )
}

/**
 * What the core needs of a Hono context, with a sink for cookies. A class: V8 keeps an
 * object literal with a getter as a dictionary, and each look at it was slow.
 */
export class HonoContext implements CookieContext {
  readonly #c: Context
  readonly request: Request
  readonly setCookie: CookieContext['setCookie']

  constructor(c: Context, setCookie: CookieContext['setCookie']) {
    this.#c = c
    this.request = c.req.raw
    this.setCookie = setCookie
  }

  // Asked only when a session is renewed: outside Workers the context throws instead of saying no.
  get waitUntil(): CookieContext['waitUntil'] {
    try {
      const { executionCtx } = this.#c
      return (work) => executionCtx.waitUntil(work)
    } catch {
      return undefined
    }
  }
}

/** Puts what a request left behind on the context's response. */
export function leave(c: Context, left: Left): void {
  const response = respond(c.res, left)
  if (response === c.res) return
  // Hono merges the headers of the response it has into the one assigned, old cookies over new.
  c.res = undefined
  c.res = response
}
