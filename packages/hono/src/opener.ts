/** Opens the AuthRequest of a context for a middleware. */
import type { AuthRequest, InferSession, RequestOpener } from '@limen/core'
import { checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import type { Context } from 'hono'
import { ContextResponse } from './context-response.ts'
import { HonoContext } from './context.ts'
import { AUTH_FORM } from './messages.ts'

/** The part of an `auth` object that the middleware uses. */
export interface HonoAuth<AnySession> extends RequestOpener<AnySession> {
  /** Determines the type of its sessions. */
  validateSession(token: string): Promise<AnySession>
  /** Returns its time, in milliseconds since the epoch. */
  now(): number
}

/** An `auth` object, or a function that creates one from the bindings of a request. */
export type AuthSource<AnySession> = HonoAuth<AnySession> | ((c: Context) => HonoAuth<AnySession>)

/** The session type of an `auth` object, or of a function that creates one. */
export type SessionOf<Auth> = InferSession<
  Auth extends (...args: never) => infer Made ? Made : Auth
>

/** Runs the part of a middleware that needs the AuthRequest of the context. */
export type Open<AnySession> = (
  c: Context,
  run: (request: AuthRequest<AnySession>, auth: HonoAuth<AnySession>) => Promise<Response | void>,
) => Promise<void>

/** Returns the function that opens the AuthRequest of each context. */
export function opener<AnySession>(
  caller: string,
  source: AuthSource<AnySession>,
): Open<AnySession> {
  const checked = (auth: HonoAuth<AnySession>): HonoAuth<AnySession> => {
    checkOption(hasMethod(auth, 'openRequest'), `${caller}(): auth`, AUTH_FORM, kindOf(auth))
    return auth
  }
  if (typeof source !== 'function') checked(source)

  return async (c, run) => {
    const contextResponse = ContextResponse.of(c)
    const auth =
      typeof source === 'function' ? checked(contextResponse.once(source, () => source(c))) : source
    const outer: unknown = c.get('auth')
    const outerSession: unknown = c.get('session')
    const request = auth.openRequest(new HonoContext(c, contextResponse))
    contextResponse.add(request)
    c.set('auth', request)
    contextResponse.enter()
    let hasFailed = false
    try {
      const response = await run(request, auth).catch(toResponse)
      if (response) c.res = response
    } catch (error) {
      hasFailed = true
      throw error
    } finally {
      contextResponse.exit(hasFailed)
      if (outer) {
        c.set('auth', outer)
        // With another `auth` object, it is another user's session.
        if (outer !== request) c.set('session', outerSession)
      }
    }
  }
}

/** A thrown `Response` is the response, as in core. Hono itself would reject with it. */
function toResponse(error: unknown): Response {
  if (error instanceof Response) return error
  throw error
}
