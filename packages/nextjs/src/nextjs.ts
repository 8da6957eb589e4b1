/** The functions that an app of Next calls, bound to its `auth` object. */
import {
  AuthError,
  type AuthRequest,
  type PendingResponse,
  type ReadonlyAuthRequest,
  type RequestOpener,
  type SessionCookie,
  isAuthError,
  respond,
} from '@limen/core'
import { BOOLEAN, checkCallOptions, checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import { type NextRequest, NextResponse } from 'next/server.js'
import { AUTH_FORM, untrusted } from './messages.ts'
import {
  type NextInput,
  actionContext,
  isAction,
  originRequest,
  pageContext,
  readInput,
  setCookies,
} from './next-context.ts'

/** The part of an `auth` object that Next needs. */
export interface NextAuth<AnySession> extends RequestOpener<AnySession> {
  /** Determines the name of the session cookie. */
  createSessionCookie(session: null): SessionCookie
}

/** Options of `nextjs()`. */
export interface NextOptions {
  /**
   * Lets pages and layouts renew idle sessions, for an app that does not use `renewSession`. A page
   * cannot send the renewed cookie, so also set `sessionCookie: { expires: false }` in `limen()`.
   * Default `false`.
   */
  readonly renewInPages?: boolean | undefined
}

/** Options of `getAuthRequest()`. */
export interface ActionOptions {
  /**
   * Refuses a request that the CSRF rules refuse, before the action or handler runs. With `false`, it
   * runs: `validate()` then returns `null`, and `setSession()` throws. Default `true`.
   */
  readonly requireOrigin?: boolean | undefined
}

/** Options of `withAuth()`. */
export interface HandlerOptions extends ActionOptions {
  /**
   * Validates the session cookie before the handler runs, so that the response gets the renewed cookie
   * and the cache headers of a session that is first read inside a streamed body. An anonymous visitor
   * costs no read. When the store fails, the handler still runs. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/** A route handler with the AuthRequest of its request. */
export type RouteHandler<AnySession, Context> = (
  request: NextRequest,
  authRequest: AuthRequest<AnySession>,
  context: Context,
) => Response | Promise<Response>

/** The part of `NextFetchEvent` that `renewSession` uses. */
export interface NextEvent {
  /** Receives the write that renews a session. */
  waitUntil(work: Promise<unknown>): void
}

/** What `nextjs()` returns. The functions can be destructured. */
export interface NextSessions<AnySession> {
  /**
   * Validates the session cookie: for pages, layouts and metadata. The store is read once for each
   * request, however many components call this. It neither renews the session nor sets a cookie, because
   * the headers of a page are sent while it renders.
   *
   * After a server action, Next renders the page in the same response. It then has the session that the
   * action has set, and the user as the action has changed it.
   *
   * @returns The session, or `null`.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read.
   */
  readonly getSession: () => Promise<AnySession | null>
  /**
   * Returns the AuthRequest of a page, layout or metadata, which has no `setSession()` in TypeScript. At
   * run time it throws `AUTH_COOKIES_DISABLED`, as in `web()` mode.
   *
   * @returns The AuthRequest. All calls of one request return the same.
   */
  readonly getPageRequest: () => Promise<ReadonlyAuthRequest<AnySession>>
  /**
   * Returns the AuthRequest of a server action. `setSession()` sets the cookie, and a `redirect()` after
   * it keeps it. Call this first in the action: it rejects a request from an untrusted origin before
   * anything is written.
   *
   * @param options `requireOrigin`.
   * @returns The AuthRequest. All calls of one request return the same.
   * @throws {AuthError} `AUTH_UNTRUSTED_ORIGIN` where the CSRF rules refuse the request. Next answers an
   * error of an action with 500: to answer 403, call `requireOrigin` in `proxy.ts`.
   */
  readonly getAuthRequest: (options?: ActionOptions) => Promise<AuthRequest<AnySession>>
  /**
   * Wraps a route handler: it receives the AuthRequest as its second argument, and the response gets the
   * cookie and the cache headers. A request that the CSRF rules refuse is answered with 403 before the
   * handler runs. The cookie is also sent when the handler throws `redirect()` or `notFound()`, but those
   * responses have no `Cache-Control`.
   *
   * @param handler Receives the request, the AuthRequest and Next's context with `params`.
   * @param options `requireOrigin` and `eager`.
   * @returns The route handler, to export as `GET`, `POST` and so on.
   */
  readonly withAuth: <Context>(
    handler: RouteHandler<AnySession, Context>,
    options?: HandlerOptions,
  ) => (request: NextRequest, context: Context) => Promise<Response>
  /**
   * Answers a request that the CSRF rules refuse with 403, before a server action or a handler runs: for
   * `proxy.ts`. Leave out paths that receive requests from other servers, such as webhooks.
   *
   * @param request The request.
   * @returns The 403 response, or `undefined` for any other request.
   */
  readonly requireOrigin: (request: NextRequest) => NextResponse | undefined
  /**
   * Renews an idle session and sends its cookie: for `proxy.ts`, because pages cannot. It does so for
   * GET only, and changes nothing else. If the store fails, the request continues without a renewal.
   *
   * @param request The request.
   * @param event Its `waitUntil` receives the write.
   * @param response Your own response. Default: `NextResponse.next()`.
   * @returns The response, with the renewed cookie.
   */
  readonly renewSession: (
    request: NextRequest,
    event: NextEvent,
    response?: NextResponse,
  ) => Promise<NextResponse>
}

/**
 * Creates the functions that read and set sessions in the App Router.
 *
 * The app's own host is that of `X-Forwarded-Host`, which Next sets from `Host` where no proxy has set
 * it. `csrfProtection.host` and `hostHeader` override it.
 *
 * @param auth The `auth` object.
 * @param options `renewInPages`.
 * @returns The functions.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not what `limen()` returned.
 *
 * @example
 * const { getSession, getAuthRequest, withAuth, requireOrigin, renewSession } = nextjs(auth)
 */
export function nextjs<AnySession>(
  auth: NextAuth<AnySession>,
  options?: NextOptions,
): NextSessions<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'nextjs(): auth', AUTH_FORM, kindOf(auth))
  const { renewInPages = false } = checkCallOptions('nextjs', options, { renewInPages: BOOLEAN })
  const { name } = auth.createSessionCookie(null)
  // An action and the page that is rendered after it have one object of headers, but not one AuthRequest.
  const pages = new WeakMap<object, ReadonlyAuthRequest<AnySession>>()
  const actions = new WeakMap<object, object>()

  async function getPageRequest(): Promise<ReadonlyAuthRequest<AnySession>> {
    const input = await readInput()
    const known = pages.get(input.headers)
    if (known) return known
    const opened = auth.openRequest(pageContext(input, name, renewInPages))
    // The page must show what the action has changed.
    if (isAction(input)) opened.invalidate()
    pages.set(input.headers, opened)
    return opened
  }

  function openAction(method: string, input: NextInput) {
    const key = actions.get(input.headers) ?? {}
    actions.set(input.headers, key)
    const context = { ...actionContext(method, input), key }
    return { authRequest: auth.openRequest(context), context }
  }

  const openProxy = ({ method, headers }: NextRequest, waitUntil?: NextEvent['waitUntil']) =>
    auth.openRequest({ request: originRequest(method, headers), waitUntil, setCookie() {} })

  return {
    getPageRequest,
    getSession: async () => (await getPageRequest()).validate(),

    async getAuthRequest(actionOptions) {
      const rules = { requireOrigin: BOOLEAN }
      const { requireOrigin = true } = checkCallOptions('getAuthRequest', actionOptions, rules)
      const { authRequest } = openAction('POST', await readInput())
      const { origin } = authRequest
      if (requireOrigin && !origin.trusted) throw refusal(origin.reason)
      return authRequest
    },

    withAuth(handler, handlerOptions) {
      const rules = { requireOrigin: BOOLEAN, eager: BOOLEAN }
      const { requireOrigin = true, eager } = checkCallOptions('withAuth', handlerOptions, rules)
      return async (request, routeContext) => {
        const { authRequest, context } = openAction(request.method, await readInput())
        try {
          const { origin } = authRequest
          if (requireOrigin && !origin.trusted) throw refusal(origin.reason)
          if (eager) await authRequest.validate().catch(() => {})
          return withHeaders(await handler(request, authRequest, routeContext), authRequest)
        } catch (error) {
          const response = responseOf(error)
          // `redirect()` and `notFound()` throw, too: the cookie is in the jar.
          if (!response) throw error
          return withHeaders(response, authRequest)
        } finally {
          // The response is sent now: a later cookie would be lost without an error.
          context.setCookie = undefined
        }
      }
    },

    requireOrigin(request) {
      const { origin } = openProxy(request)
      if (origin.trusted) return undefined
      return new NextResponse(`Forbidden: ${origin.reason}`, { status: 403 })
    },

    async renewSession(request, event, response = NextResponse.next()) {
      if (request.method !== 'GET') return response
      const authRequest = openProxy(request, (work) => event.waitUntil(work))
      await authRequest.validate().catch(() => {})
      const cookie = authRequest.cookie()
      if (cookie) {
        // Not `headers.append()`: a later `response.cookies.set()` would remove that line.
        setCookies(response.cookies, cookie)
        withHeaders(response, authRequest)
      }
      return response
    },
  }
}

function refusal(reason: Parameters<typeof untrusted>[0]): AuthError {
  return new AuthError('AUTH_UNTRUSTED_ORIGIN', untrusted(reason))
}

/** Returns a thrown response, or the response of an error that has its own. */
function responseOf(error: unknown): Response | undefined {
  if (error instanceof Response) return error
  return isAuthError(error) ? error.getResponse?.() : undefined
}

/** Applies the cache headers. The cookie is in Next's jar: in both places, Next would parse and merge it. */
function withHeaders(response: Response, authRequest: AuthRequest<unknown>): Response {
  const cookie = authRequest.cookie()
  const pending: PendingResponse = {
    cookie: () => undefined,
    isPrivate: authRequest.isPrivate || cookie !== undefined,
    vary: authRequest.vary,
  }
  const marked = respond(response, pending)
  for (const [header, value] of cookie?.headers ?? []) marked.headers.set(header, value)
  return marked
}
