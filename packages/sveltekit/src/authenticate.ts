/** The hook of SvelteKit that opens the AuthRequest of each request. */
import { type AuthRequest, type RequestOpener, respond } from '@limen/core'
import {
  FUNCTION,
  type OptionRule,
  checkCallOptions,
  checkOption,
  hasMethod,
  kindOf,
} from '@limen/core/store-kit'
import { error } from '@sveltejs/kit'
import { EventContext, type KitEvent, type WaitUntil } from './event-context.ts'
import { AUTH_FORM, CHOICE_FORM, forbidden } from './messages.ts'

/** An `auth` object, or a function that creates one from the bindings of an event. */
export type AuthSource<AnySession, Event> =
  | RequestOpener<AnySession>
  | ((event: Event) => RequestOpener<AnySession>)

/** An event whose `locals` have the property that `authenticate()` sets: declare it in `src/app.d.ts`. */
export interface LocalsEvent<AnySession> extends KitEvent {
  /** `App.Locals`. */
  readonly locals: { auth: AuthRequest<AnySession> }
}

/** What SvelteKit passes to a hook. */
export interface KitInput<Event> {
  /** The event. */
  readonly event: Event
  /** Renders the page, or calls the next hook of `sequence()`. */
  readonly resolve: (event: Event) => Response | Promise<Response>
}

/** The hook, assignable to `Handle` of SvelteKit 2 and 3. */
export type KitHandle<AnySession> = <Event extends LocalsEvent<AnySession>>(
  input: KitInput<Event>,
) => Promise<Response>

/** Options of `authenticate`. */
export interface AuthenticateOptions<Event = KitEvent> {
  /**
   * Validates the session cookie before the page is rendered. The renewed cookie and the cache headers
   * are then sent also if the session is first read in a streamed promise. A request without a cookie
   * causes no read. If the store fails, the page is still rendered. Default `false`.
   */
  readonly eager?: boolean | ((event: Event) => boolean) | undefined
  /**
   * Answers 403 to requests that the CSRF rules refuse, before an action or endpoint runs. Without it,
   * such a request is anonymous and `setSession()` refuses it, but an action that writes something for
   * anonymous visitors runs. Pass a function to except endpoints that other servers call. Default `false`.
   */
  readonly requireOrigin?: boolean | ((event: Event) => boolean) | undefined
  /**
   * Receives the write that renews an idle session, and the response does not wait for it. Default:
   * `event.platform.ctx` on Cloudflare, `event.platform.context` on Netlify, otherwise none.
   */
  readonly waitUntil?: WaitUntil | undefined
}

/** The forms of an option that can depend on the event. */
type Choice<Event> = boolean | ((event: Event) => boolean) | undefined

/**
 * Sets `event.locals.auth`, the AuthRequest of the request, and applies its cookie and cache headers to
 * the response: of pages, data requests, actions, endpoints and error pages. The store
 * is read only when something calls `validate()`, unless `eager` is set.
 *
 * A request that `event.fetch` makes to this app uses the AuthRequest of the page: the store is read
 * once, the page is private when an endpoint read the session for it, and what the CSRF rules decided
 * about the page holds for the endpoint. A request with a `Cookie` or `Authorization` header of its own,
 * with `credentials: 'omit'`, or replaced by a `handleFetch` hook, has an AuthRequest of its own.
 *
 * `setSession()` on a request that the CSRF rules refuse is `error(403)` of SvelteKit. In a streamed
 * promise the response has been sent: `setSession()` throws, and `validate()` does not renew.
 *
 * With `sequence()`, put it before the hooks that use `event.locals.auth`, and behind a hook that stores
 * responses.
 *
 * @param auth The `auth` object, or a function of the event.
 * @param options `eager`, `requireOrigin` and `waitUntil`.
 * @returns The hook, to export as `handle`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * export const handle = authenticate(auth)
 */
export function authenticate<AnySession, Event extends KitEvent = KitEvent>(
  auth: AuthSource<AnySession, Event>,
  options?: AuthenticateOptions<Event>,
): KitHandle<AnySession> {
  if (typeof auth !== 'function') checkedAuth(auth)
  const { eager, requireOrigin, waitUntil } = checkCallOptions('authenticate', options, {
    eager: CHOICE,
    requireOrigin: CHOICE,
    waitUntil: FUNCTION,
  })
  // Of requests that `event.fetch` makes: the AuthRequest of the page.
  const shared = new WeakMap<Request, AuthRequest<AnySession>>()

  return async ({ event, resolve }) => {
    // The app's own type of the event, which its functions of the event take.
    const given = event as unknown as Event
    const context = new EventContext(event, waitUntil)
    try {
      const authRequest =
        shared.get(event.request) ??
        checkedAuth(typeof auth === 'function' ? auth(given) : auth).openRequest(context)
      event.locals.auth = authRequest
      if (isChosen(requireOrigin, given)) refuseUntrusted(authRequest)
      if (isChosen(eager, given)) await authRequest.validate().catch(() => {})
      const fetch = sharingFetch(event, (request) => shared.set(request, authRequest), authRequest)
      return respond(await resolve({ ...event, fetch }), authRequest)
    } finally {
      // The response is sent now: a later cookie would be lost without an error.
      context.setCookie = undefined
    }
  }
}

function checkedAuth<AnySession>(auth: RequestOpener<AnySession>): RequestOpener<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'authenticate(): auth', AUTH_FORM, kindOf(auth))
  return auth
}

const CHOICE: OptionRule = [
  (value) => typeof value === 'boolean' || typeof value === 'function',
  CHOICE_FORM,
]

function isChosen<Event>(choice: Choice<Event>, event: Event): boolean {
  return typeof choice === 'function' ? choice(event) : choice === true
}

function refuseUntrusted({ origin }: AuthRequest<unknown>): void {
  if (!origin.trusted) error(403, forbidden(origin.reason))
}

/**
 * Returns `event.fetch` that shares an AuthRequest with the requests that it makes to this app.
 *
 * SvelteKit sends them with the visitor's cookies and the app's own `Origin`: as requests of their own,
 * they would be trusted, even where another site sent the outer one.
 */
function sharingFetch(
  event: KitEvent,
  share: (request: Request) => void,
  authRequest: AuthRequest<unknown>,
): typeof fetch {
  return (input, init) => {
    const request = innerRequest(event, input, init)
    if (!request) return event.fetch(input, init)
    share(request)
    // What this safe request has read can be stale: an unsafe one reads with strong consistency.
    if (isSafe(event.request) && !isSafe(request)) authRequest.invalidate()
    // SvelteKit passes this same object to the hooks of the inner request.
    return event.fetch(request)
  }
}

/** Creates the request that `event.fetch` makes to this app with the visitor's credentials. */
function innerRequest(
  { url }: KitEvent,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Request | undefined {
  // Cloudflare's Request has no property `credentials`.
  const { credentials } = input instanceof Request ? input : (init ?? {})
  if (credentials === 'omit') return undefined
  try {
    const target = new URL(input instanceof Request ? input.url : input, url)
    if (target.origin !== url.origin) return undefined
    // A copy, because an app can pass one `Request` object for many visitors.
    const request = input instanceof Request ? new Request(input) : new Request(target, init)
    const isOther = request.headers.has('Cookie') || request.headers.has('Authorization')
    return isOther ? undefined : request
  } catch {
    // SvelteKit rejects it.
    return undefined
  }
}

function isSafe({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}
