/** Finds the session of a request by the methods that its route accepts, and rejects requests. */
import type { AuthRequest } from '@limen/core'
import { checkOption, kindOf } from '@limen/core/store-kit'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ContextResponse } from './context-response.ts'
import {
  OTHERWISE_FORM,
  UNAUTHORIZED,
  UNAUTHORIZED_BEARER,
  UNAUTHORIZED_TOKEN,
  forbidden,
} from './messages.ts'

/** Where a token can come from: the session cookie, or the header `Authorization: Bearer`. */
export type TokenSource = 'cookie' | 'bearer'

/** Creates the response to a trusted request that has no session, in place of the 401. */
export type Otherwise<AnySession> = (
  c: Context<{ Bindings: Context['env']; Variables: { auth: AuthRequest<AnySession> } }>,
) => Response | Promise<Response>

const COOKIE_ONLY: readonly TokenSource[] = ['cookie']

/** Checks the argument `otherwise` of a middleware. */
export function checkOtherwise(caller: string, otherwise: unknown): void {
  const isFunction = otherwise === undefined || typeof otherwise === 'function'
  checkOption(isFunction, `${caller}(): otherwise`, OTHERWISE_FORM, kindOf(otherwise))
}

/** Finds the session by one of the methods that the context accepts. */
export async function findSession<AnySession>(
  c: Context,
  request: AuthRequest<AnySession>,
): Promise<AnySession | null> {
  if (sourcesOf(c, request).includes('bearer')) {
    // Also without a token: the response depends on the header, and `Vary` must name it.
    const session = await request.validateBearerToken()
    if (usesBearer(c, request)) return session
  }
  return request.validate()
}

/** The same for a route that requires a session: rejects what the CSRF rules reject. */
export async function requireFrom<AnySession>(
  c: Context,
  request: AuthRequest<AnySession>,
): Promise<AnySession | null> {
  // A browser does not send a bearer token by itself, so no other site can send one.
  if (!usesBearer(c, request)) {
    const { origin } = request
    if (!origin.trusted && origin.reason === 'origin-missing') {
      // Browsers send Origin with such a request, so this client is not one, and CSRF is not the reason.
      const isClient = sendsBearer(c) || sourcesOf(c, request).includes('bearer')
      if (isClient) await refuseAnonymous(c, request)
    }
    refuseUntrusted(request)
  }
  return findSession(c, request)
}

/** Rejects a request that the CSRF rules reject. */
export function refuseUntrusted({ origin }: AuthRequest<unknown>): void {
  if (!origin.trusted) throw new HTTPException(403, { message: forbidden(origin.reason) })
}

/** Rejects a request without a session. `otherwise` is for browsers: clients need the status. */
export function refuseAnonymous<AnySession>(
  c: Context,
  request: AuthRequest<AnySession>,
  otherwise?: Otherwise<AnySession>,
): Response | Promise<Response> {
  const isByBearer = usesBearer(c, request)
  if (otherwise && !isByBearer) return otherwise(c as Context)
  if (!sourcesOf(c, request).includes('bearer')) {
    return unauthorized(c, sendsBearer(c) ? UNAUTHORIZED_BEARER : UNAUTHORIZED)
  }
  const isRefused = isByBearer && /^Bearer +\S/i.test(authorization(c))
  return isRefused
    ? unauthorized(c, UNAUTHORIZED_TOKEN, ', error="invalid_token"')
    : unauthorized(c, UNAUTHORIZED, '')
}

/**
 * Rejects a request with 401.
 *
 * @param c The context.
 * @param message The text.
 * @param parameters What follows the realm in `WWW-Authenticate`. Without it, there is no such header:
 * HTTP has no scheme for cookies.
 */
export function unauthorized(c: Context, message: string, parameters?: string): never {
  if (parameters === undefined) throw new HTTPException(401, { message })
  // The realm is there because the scheme must have a parameter.
  const headers = { 'WWW-Authenticate': `Bearer realm="session"${parameters}` }
  // On the context as well: the responses that `app.onError` creates with it have the header, too.
  c.header('WWW-Authenticate', headers['WWW-Authenticate'])
  throw new HTTPException(401, { message, res: new Response(message, { status: 401, headers }) })
}

/**
 * Whether the bearer token of a request decides: one method a request, and the one that a client names
 * is the one that it means.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2 RFC 6750, section 2}
 */
export function usesBearer(c: Context, request: object): boolean {
  const sources = sourcesOf(c, request)
  return sources.includes('bearer') && (sendsBearer(c) || !sources.includes('cookie'))
}

function sourcesOf(c: Context, request: object): readonly TokenSource[] {
  return ContextResponse.of(c).sources.get(request) ?? COOKIE_ONLY
}

function sendsBearer(c: Context): boolean {
  return /^Bearer(?: |$)/i.test(authorization(c))
}

function authorization(c: Context): string {
  return c.req.header('Authorization') ?? ''
}
