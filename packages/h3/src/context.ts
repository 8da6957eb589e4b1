/** Opens the AuthRequest of an h3 event. */
import {
  AuthError,
  type AuthRequest,
  type CookieContext,
  type Middleware,
  type PendingResponse,
  type RequestOpener,
  type SessionCookie,
} from '@limen/core'
import { checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import type { H3Event } from 'h3'
import { EventResponse } from './event-response.ts'
import { AUTH_FORM, COOKIES_IN_CACHED_HANDLER } from './messages.ts'

const PRIVATE = { cookie: () => undefined, isPrivate: true, vary: ['Cookie'] } as const

class EventContext implements CookieContext {
  readonly request: Request
  /** The request, and not `event.context`, which caches share between visitors. */
  readonly key: Request
  readonly waitUntil: CookieContext['waitUntil']
  readonly #response: EventResponse
  /** Whether a cache has replaced the request, so that the response is stored for other visitors. */
  readonly #isCached: boolean
  #isOpened = false

  constructor(event: H3Event) {
    const request = event.req
    this.request = request
    this.key = request
    this.#response = EventResponse.of(event)
    this.#isCached = this.#response.isCached(request)
    // Without the runtime's function, nothing would keep the process until the write has finished.
    if (request.waitUntil) this.waitUntil = (work) => event.waitUntil(work)
  }

  // When core opens the context, `undefined` would mean that it has no response.
  get setCookie(): CookieContext['setCookie'] {
    return this.#isOpened && this.#response.isSent ? undefined : this.#stageCookie
  }

  onOpen(pending: PendingResponse): void {
    this.#isOpened = true
    if (!this.#isCached) this.#response.add(pending)
  }

  onSession(): void {
    // A cache that is keyed by the cookie stores the page for this visitor only.
    if (!this.#isCached) this.#response.stage(PRIVATE)
  }

  readonly mayRenew = (): boolean =>
    // The runtime answers a WebSocket handshake itself, without the cookie.
    !this.#isCached && !this.request.headers.has('upgrade')

  readonly #stageCookie = (cookie: SessionCookie): void => {
    if (this.#isCached) throw new AuthError('AUTH_COOKIES_DISABLED', COOKIES_IN_CACHED_HANDLER)
    this.#response.stage({ ...PRIVATE, cookie: () => cookie })
  }
}

/**
 * Takes the event of h3 v2, also in Nitro 3 and SolidStart: `auth.handleRequest(event)`. The name is that
 * of Lucia v2, whose `h3()` took the event of h3 v1.
 *
 * `authenticate(auth)` is not required. Without it, cookies and cache headers are set on `event.res`, so
 * a page that found no session does not get `Vary: Cookie`.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: h3() })
 * app.get('/', async (event) => {
 *   const session = await auth.handleRequest(event).validate()
 *   return session ? `Hello ${session.user.userId}` : 'Please sign in'
 * })
 */
export function h3(): Middleware<[event: H3Event]> {
  return (event) => new EventContext(event)
}

/**
 * Returns the AuthRequest of an event. All calls for one request return the same object, so the store is
 * read once.
 *
 * It is found by `event.req`, never by `event.context`: Nitro calls a cached handler with the context of
 * the visitor and a request without cookies. So this is anonymous in a cached handler and under
 * `routeRules: { swr }`, and nothing of one visitor is stored for others.
 *
 * @param auth The `auth` object.
 * @param event The event. In SolidStart, `getRequestEvent()!.nativeEvent`.
 * @returns The AuthRequest.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * app.get('/me', async (event) => {
 *   const session = await getAuth(auth, event).validate()
 *   return session ? session.user : 'Please sign in'
 * })
 */
export function getAuth<AnySession>(
  auth: RequestOpener<AnySession>,
  event: H3Event,
): AuthRequest<AnySession> {
  checkAuth('getAuth', auth)
  return auth.openRequest(new EventContext(event))
}

/** Checks the argument `auth` of a function. */
export function checkAuth(caller: string, auth: unknown): void {
  checkOption(hasMethod(auth, 'openRequest'), `${caller}(): auth`, AUTH_FORM, kindOf(auth))
}
