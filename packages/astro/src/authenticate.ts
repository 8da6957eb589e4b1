/** The middleware of Astro that opens the AuthRequest of each request. */
import { type AuthError, type AuthRequest, type RequestOpener, handle, respond } from '@limen/core'
import {
  FUNCTION,
  type OptionRule,
  checkCallOptions,
  checkOption,
  hasMethod,
  kindOf,
} from '@limen/core/store-kit'
import {
  type AstroContext,
  type Visit,
  type WaitUntil,
  waitUntilOf,
  within,
} from './astro-context.ts'
import { AUTH_FORM, CHOICE_FORM, forbidden } from './messages.ts'

/** An `auth` object, or a function that creates one from the bindings of a context. */
export type AuthSource<AnySession, Context> =
  | RequestOpener<AnySession>
  | ((context: Context) => RequestOpener<AnySession>)

/** A context whose `locals` have the property that `authenticate()` sets: declare it in `src/env.d.ts`. */
export interface LocalsContext<AnySession> extends AstroContext {
  /** `App.Locals`. */
  readonly locals: { auth: AuthRequest<AnySession> }
}

/** The middleware, assignable to Astro's `MiddlewareHandler`. */
export type AstroHandler<AnySession> = (
  context: LocalsContext<AnySession>,
  next: () => Promise<Response>,
) => Promise<Response>

/** Options of `authenticate`. */
export interface AuthenticateOptions<Context = AstroContext> {
  /**
   * Validates the session cookie before the page is rendered. Astro sends the headers of a page before
   * its components run, so a layout or component that reads the session first needs it: without it, the
   * page lacks the renewed cookie and the cache headers. A request without a cookie causes no read. If
   * the store fails, the page is still rendered.
   *
   * Pages then have `Cache-Control: private, no-store`, for anonymous visitors unless the page sets its
   * own. Pass a function to except pages that no component reads the session in. Default `true`.
   */
  readonly eager?: boolean | ((context: Context) => boolean) | undefined
  /**
   * Answers 403 to requests that the CSRF rules refuse, before a page, endpoint or action runs. Without
   * it, such a request is anonymous and `setSession()` refuses it, but an endpoint that writes something
   * for anonymous visitors runs. Pass a function to except endpoints that other servers call. Default
   * `false`.
   */
  readonly requireOrigin?: boolean | ((context: Context) => boolean) | undefined
  /**
   * Receives the write that renews an idle session, and the response does not wait for it. Default: that
   * of the adapters for Cloudflare and Netlify, otherwise none.
   */
  readonly waitUntil?: WaitUntil | undefined
}

/** The forms of an option that can depend on the context. */
type Choice<Context> = boolean | ((context: Context) => boolean) | undefined

/**
 * Sets `context.locals.auth`, the AuthRequest of the request, and applies its cookie and cache headers to
 * the response: of pages, endpoints, actions, server islands and the page for 404. A rewrite shares the
 * AuthRequest.
 *
 * `setSession()` on a request that the CSRF rules refuse is answered with 403; for an action, with the
 * code `FORBIDDEN`. In a component the response has been sent: `setSession()` throws, and `validate()`
 * does not renew. The cookie is not visible to `Astro.cookies`: call `validate()` to see a sign-in.
 *
 * With `sequence()`, put it before the middleware that uses `context.locals.auth`, and behind one that
 * stores responses.
 *
 * @param auth The `auth` object, or a function of the context.
 * @param options `eager`, `requireOrigin` and `waitUntil`.
 * @returns The middleware, to export as `onRequest`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * const onRequest = authenticate(auth)
 */
export function authenticate<AnySession, Context extends AstroContext = AstroContext>(
  auth: AuthSource<AnySession, Context>,
  options?: AuthenticateOptions<Context>,
): AstroHandler<AnySession> {
  if (typeof auth !== 'function') checkedAuth(auth)
  const checked = checkCallOptions('authenticate', options, {
    eager: CHOICE,
    requireOrigin: CHOICE,
    waitUntil: FUNCTION,
  })
  const { eager = true, requireOrigin } = checked
  // Of visits that failed. Astro then renders its page for errors, behind the middleware.
  const failed = new WeakMap<Visit, AuthRequest<AnySession>>()

  return (context, next) =>
    within(context, async (visit) => {
      const known = failed.get(visit)
      if (known) {
        context.locals.auth = known
        return respond(await next(), known)
      }
      // The app's own type of the context, which its functions of the context take.
      const given = context as AstroContext as Context
      let refusal: AuthError | undefined
      return handle(
        checkedAuth(typeof auth === 'function' ? auth(given) : auth),
        visit.asked,
        async (authRequest) => {
          context.locals.auth = authRequest
          if (isChosen(requireOrigin, given) && !authRequest.origin.trusted) {
            return refused(context, authRequest.origin.reason)
          }
          // A prerendered page has no visitor, and its headers are never sent.
          if (isChosen(eager, given) && !context.isPrerendered) {
            await authRequest.validate().catch(() => {})
          }
          const response = await next().catch((error: unknown) => {
            failed.set(visit, authRequest)
            throw error
          })
          // An action turns any error that is not Astro's own into a 500.
          return refusal && response.status === 500 ? refused(context, reasonOf(refusal)) : response
        },
        {
          waitUntil: checked.waitUntil ?? waitUntilOf(context.locals),
          refuse(error) {
            refusal = error
            throw error
          },
        },
      )
    })
}

function checkedAuth<AnySession>(auth: RequestOpener<AnySession>): RequestOpener<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'authenticate(): auth', AUTH_FORM, kindOf(auth))
  return auth
}

const CHOICE: OptionRule = [
  (value) => typeof value === 'boolean' || typeof value === 'function',
  CHOICE_FORM,
]

function isChosen<Context>(choice: Choice<Context>, context: Context): boolean {
  return typeof choice === 'function' ? choice(context) : choice === true
}

function reasonOf({ message }: AuthError): string {
  return message.split(':')[0]!
}

/** The response to a refused request. The client of an action gets an `ActionError`. */
function refused({ routePattern }: AstroContext, reason: string): Response {
  const message = forbidden(reason)
  return routePattern === '/_actions/[...path]'
    ? Response.json(
        { type: 'AstroActionError', code: 'FORBIDDEN', status: 403, message },
        FORBIDDEN,
      )
    : new Response(message, FORBIDDEN)
}

const FORBIDDEN = { status: 403 }
