/** The contract of an adapter, and the simplest adapter: `web()`. */
import type { OriginRequest } from './csrf.ts'
import type { AuthError } from './error.ts'
import type { SessionCookie } from './session-cookie.ts'

/** What one request has to add to its response. Every AuthRequest is a `PendingResponse`. */
export interface PendingResponse {
  /** Returns the pending session cookie, if any. A function, so that no log shows a token. */
  readonly cookie: () => SessionCookie | undefined
  /** Whether a session was found. */
  readonly isPrivate: boolean
  /** The request headers that the response depends on. */
  readonly vary: readonly string[]
}

/** What core needs of one request, whatever the framework. */
export interface RequestContext {
  /** A `Request`, or an object with its method, URL and `headers.get`. */
  readonly request: OriginRequest
  /**
   * Receives a cookie for the response, and in its `deletions` cookies that delete others. A later cookie
   * replaces an earlier one of the same name, but a `renewal` never replaces a cookie that the app set.
   * Absent: cookies are disabled, as in `web()`. It must become `undefined` when the response is sent:
   * from then on `setSession()` throws, and `validate()` renews nothing.
   */
  readonly setCookie?: ((cookie: SessionCookie) => void) | undefined
  /**
   * The framework's object for this request. All calls with the same object share one AuthRequest, and
   * so read the store once, until the response is sent. Absent: each call creates its own.
   */
  readonly key?: object | undefined
  /**
   * Called with the AuthRequest that is opened over this context, for an adapter that applies its cookie
   * and cache headers later, such as when the framework sends the headers. Where an AuthRequest of the
   * same `key` is shared, only the context that opened it is called.
   */
  readonly onOpen?: ((pending: PendingResponse) => void) | undefined
  /**
   * Called as soon as a session is found, so that code between the handler and the adapter, such as a
   * cache, sees that the response is private.
   */
  readonly onSession?: (() => void) | undefined
  /** The session cookie's value, when the framework has already read it; `null` when there is none. */
  readonly sessionCookie?: string | null | undefined
  /**
   * Returns whether a renewed cookie can still be sent: asked when a session is idle, so that no session
   * is renewed whose cookie would be lost. Absent: whenever `setCookie` is there.
   */
  readonly mayRenew?: (() => boolean) | undefined
  /**
   * Ends the handler when `setSession()` refuses a request that the CSRF rules refuse: for frameworks
   * whose own errors have another class, such as SvelteKit's `error(403)`. It must throw. Absent: the
   * `AuthError` is thrown.
   *
   * @param error `AUTH_UNTRUSTED_ORIGIN`.
   */
  readonly refuse?: ((error: AuthError) => never) | undefined
  /** Receives the write that renews an idle session, and nothing else. Absent: `validate()` awaits it. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** A {@link RequestContext} whose cookies are sent. */
export type CookieContext = RequestContext & {
  readonly setCookie: ((cookie: SessionCookie) => void) | undefined
}

/** Turns a framework's arguments into a {@link RequestContext}. The adapter then applies the response. */
export type Middleware<Args extends unknown[], Context extends RequestContext = CookieContext> = (
  ...args: Args
) => Context

/**
 * Takes a bare `Request`. It has no response for cookies, so `setSession()` is disabled: send
 * `auth.createSessionCookie(session).serialize()` yourself, also when `session.fresh` is true after a
 * renewal.
 *
 * @returns The middleware for `limen({ middleware })`. It is the default.
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
