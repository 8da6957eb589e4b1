/** What an adapter hands over, and the plainest adapter of all: `web()`. */
import type { OriginRequest } from './csrf.ts'
import type { SessionCookie } from './session-cookie.ts'

/** What the core needs of one request, whatever framework it came through. */
export interface RequestContext {
  /** A `Request`, or anything with its method, URL and `headers.get`. */
  readonly request: OriginRequest
  /**
   * Receives a cookie for the response, and in its `formerly` cookies that delete others. A later one
   * replaces an earlier one of the same name, but a `renewal` never replaces one that was set on
   * purpose. Absent: cookies are disabled, as in `web()`. When the response has left it must become
   * `undefined`: from then on `setSession()` throws, and `validate()` renews nothing.
   */
  readonly setCookie?: ((cookie: SessionCookie) => void) | undefined
  /**
   * The framework's object for this request. All openings with the same object share one AuthRequest,
   * so that they read the store once, until the response has left. Absent: each has its own.
   */
  readonly key?: object | undefined
  /**
   * Called as soon as a session was found, so that code between the handler and the adapter, such as
   * a cache, sees that the response is private.
   */
  readonly onSession?: (() => void) | undefined
  /** The session cookie's value, where the framework has read it already; `null` when there is none. */
  readonly sessionCookie?: string | null | undefined
  /** Takes the write that renews an idle session, and nothing else. Absent: the answer waits for it. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** A {@link RequestContext} whose cookies arrive. */
export type CookieContext = RequestContext & {
  readonly setCookie: ((cookie: SessionCookie) => void) | undefined
}

/** Turns a framework's arguments into what the core needs: the whole contract of an adapter. */
export type Middleware<Args extends unknown[], Context extends RequestContext = CookieContext> = (
  ...args: Args
) => Context

/**
 * Takes a bare `Request`. There is no response yet to put cookies on, so `setSession()` is
 * disabled: send `auth.createSessionCookie(session).serialize()` yourself, also where
 * `session.fresh` says that a renewal needs it.
 *
 * @returns The middleware for `limen({ middleware })`, and its default.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: web() })
 * const authRequest = auth.handleRequest(new Request('https://app.example/'))
 * await authRequest.validate()
 * // null
 */
export function web(): Middleware<[request: OriginRequest], RequestContext> {
  return (request) => ({ request })
}
