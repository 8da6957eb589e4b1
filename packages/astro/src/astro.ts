/** `auth.handleRequest(context)`, as in Lucia 2. */
import type { CookieContext, Middleware, OriginRequest, SessionCookie } from '@limen/core'
import { type AstroContext, type WaitUntil, visitOf, waitUntilOf } from './astro-context.ts'

/** The part of Astro's `APIContext`, or of the global `Astro`, that `auth.handleRequest()` uses. */
export interface MigrationContext extends Pick<AstroContext, 'request' | 'locals'> {
  /** The cookies of the response. */
  readonly cookies: {
    /** Sets a cookie. It throws when the headers were sent. */
    set: (name: string, value: string, options: SessionCookie['attributes']) => void
  }
}

/**
 * Makes `auth.handleRequest(context)` and `auth.handleRequest(Astro)` work as in Lucia 2. Behind
 * `authenticate()` both return `context.locals.auth`, with all that it does: use them together.
 *
 * Without `authenticate()`, cookies are set with `context.cookies`, and nothing else: a middleware of
 * Astro cannot set headers before the page is rendered. Set `Cache-Control: private, no-store` on each
 * response that depends on the session, and use it in no component: there the session is renewed, but
 * its cookie is lost.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: astro() })
 */
export function astro(): Middleware<[context: MigrationContext]> {
  return (context) => {
    const { cookies, locals, request } = context
    // A class, as its getter is read only to renew a session.
    return new CookiesContext(visitOf(context)?.asked ?? request, cookies, locals)
  }
}

class CookiesContext implements CookieContext {
  readonly request: OriginRequest
  readonly key: OriginRequest
  readonly #cookies: MigrationContext['cookies']
  readonly #locals: object

  constructor(request: OriginRequest, cookies: MigrationContext['cookies'], locals: object) {
    this.request = this.key = request
    this.#cookies = cookies
    this.#locals = locals
  }

  get waitUntil(): WaitUntil | undefined {
    return waitUntilOf(this.#locals)
  }

  setCookie(cookie: SessionCookie): void {
    for (const { name, value, attributes } of [cookie, ...cookie.deletions]) {
      this.#cookies.set(name, value, attributes)
    }
  }
}
