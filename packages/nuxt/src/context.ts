/** Opens the AuthRequest of an event of h3 v1. */
import { AuthError, type AuthRequest, type CookieContext, type RequestOpener } from '@limen/core'
import { checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import { koa } from '@limen/node'
import { type H3Event, getRequestHost, getRequestProtocol } from 'h3'
import { AUTH_FORM, COOKIES_IN_CACHED_HANDLER } from './messages.ts'
import { type NodePair, isCached, outerOf } from './visit.ts'

/**
 * Returns the AuthRequest of an event. All calls for one request return the same object, so the store is
 * read once: also in the routes that `useFetch()` calls while a page is rendered on the server. Cookies
 * and cache headers are added to the response that the browser receives.
 *
 * It is found by the request, never by `event.context`: Nitro calls a cached handler with the context of
 * the visitor and a request without cookies. So this is anonymous in a cached handler and under
 * `routeRules: { swr }`, and nothing of one visitor is stored for others.
 *
 * @param auth The `auth` object.
 * @param event The event.
 * @returns The AuthRequest.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * export default defineEventHandler(async (event) => {
 *   const session = await getAuth(auth, event).validate()
 *   return { name: session?.user.name }
 * })
 */
export function getAuth<AnySession>(
  auth: RequestOpener<AnySession>,
  event: H3Event,
): AuthRequest<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'getAuth(): auth', AUTH_FORM, kindOf(auth))
  if (isCached(event)) return auth.openRequest(cachedContext(event))
  const { req, res } = outerOf(event)
  // An inner request with other cookies or another method must not use the result of the page.
  const isShared = isSafe(event) && hasSameTokens(event.node.req, req)
  return auth.openRequest(contextOf(event, isShared ? req : event.node.req, res))
}

function contextOf(event: H3Event, req: NodePair['req'], res: NodePair['res']): CookieContext {
  sendHeadAtEnd(res)
  const waitUntil =
    'waitUntil' in event ? (work: Promise<unknown>) => event.waitUntil(work) : undefined
  // Koa's context has the same four members as an event.
  return koa({ waitUntil })({
    req,
    res,
    protocol: getRequestProtocol(event),
    host: getRequestHost(event),
  })
}

/** A handler in a cache: it has no response of its own, and only the headers that the cache is keyed by. */
function cachedContext(event: H3Event): CookieContext {
  const { headers, method } = event
  return {
    request: { method, url: `${getRequestProtocol(event)}://${getRequestHost(event)}/`, headers },
    // The request is a proxy of the visitor's: what is set on it reaches that one.
    key: event,
    mayRenew: () => false,
    setCookie() {
      throw new AuthError('AUTH_COOKIES_DISABLED', COOKIES_IN_CACHED_HANDLER)
    },
  }
}

function isSafe({ method }: H3Event): boolean {
  return method === 'GET' || method === 'HEAD'
}

function hasSameTokens({ headers }: NodePair['req'], outer: NodePair['req']): boolean {
  return (
    headers.cookie === outer.headers.cookie && headers.authorization === outer.headers.authorization
  )
}

/**
 * Makes a response without a connection call `writeHead()` as Node does. Nitro uses such responses where
 * the server is not Node, as on Bun, Deno and Cloudflare.
 */
function sendHeadAtEnd(res: NodePair['res'] & { __unenv__?: unknown }): void {
  if (!res.__unenv__ || Object.hasOwn(res, 'end')) return
  const end = res.end.bind(res) as (...args: unknown[]) => NodePair['res']
  res.end = (...args: unknown[]) => {
    if (!res.headersSent) res.writeHead(res.statusCode)
    return end(...args)
  }
}
