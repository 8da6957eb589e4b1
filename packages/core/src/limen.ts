/** Puts the rooms together: the object that users hold. */
import { sessionKeeper } from './auth.ts'
import type { Sessions } from './sessions.ts'
import {
  type AuthRequest,
  type ReadonlyAuthRequest,
  findBearerToken,
  findSessionCookie,
  OpenAuthRequest,
} from './auth-request.ts'
import { type CsrfProtection, type OriginRequest, originRule } from './csrf.ts'
import { checkOption } from './error.ts'
import type { AuthEvent, NoisyEvent } from './event.ts'
import { type CookieContext, type Middleware, type RequestContext, web } from './middleware.ts'
import type { Periods, Session, SessionPeriods } from './session.ts'
import { type SessionCookieOptions, sessionCookieMaker } from './session-cookie.ts'
import type { Store } from './store.ts'

const DAY = 86_400_000
const CENTURY = 36_500 * DAY

/** How sessions are kept, carried and protected. Only `store` is needed. */
export interface LimenConfig<
  UserAttributes,
  SessionAttributes,
  UserFields,
  Fields,
  Args extends unknown[],
  Context extends RequestContext,
> {
  /** Where sessions and users are kept. All types flow from here. */
  readonly store: Store<UserAttributes, SessionAttributes>
  /** What `handleRequest()` takes. Default `web()`. */
  readonly middleware?: Middleware<Args, Context>
  /** `false` only for plain-http development. Default `true`. */
  readonly secure?: boolean
  /** How long sessions live, in milliseconds. */
  readonly sessionExpiresIn?: SessionPeriods
  /** How the session cookie looks. */
  readonly sessionCookie?: SessionCookieOptions
  /** Which other origins may send unsafe requests; `false` turns the check off, for WebSockets too. */
  readonly csrfProtection?: CsrfProtection | false
  /** Chooses what `session.user` shows of the stored attributes. Default: none. */
  readonly getUserAttributes?: (attributes: Readonly<UserAttributes>) => UserFields
  /** Chooses what a session shows of its stored attributes. Default: none. */
  readonly getSessionAttributes?: (attributes: Readonly<SessionAttributes>) => Fields
  /** Told what happens, without secrets. What it throws is dropped. */
  readonly onEvent?: (event: AuthEvent) => unknown
  /** Frequent events to send as well. Default: none. */
  readonly events?: readonly NoisyEvent[]
  /** The time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Keeps people signed in. */
export interface Auth<
  UserAttributes,
  SessionAttributes,
  UserFields,
  Fields,
  Args extends unknown[],
  Context extends RequestContext,
> extends Sessions<UserAttributes, SessionAttributes, UserFields, Fields> {
  /**
   * One AuthRequest for one request.
   *
   * @param args What the chosen middleware takes.
   */
  handleRequest(
    ...args: Args
  ): Context extends CookieContext
    ? AuthRequest<Session<UserFields, Fields>>
    : ReadonlyAuthRequest<Session<UserFields, Fields>>
  /** An AuthRequest over a context of the caller's own: what adapters call. */
  openRequest(context: RequestContext): AuthRequest<Session<UserFields, Fields>>
  /**
   * The raw token of a request's session cookie, or `null`, also when the cookie is ambiguous.
   * Validates neither the session nor the request's origin.
   */
  readSessionCookie(request: Pick<OriginRequest, 'headers'>): string | null
  /** The raw token of a request's `Authorization: Bearer` header, or `null`. Validates nothing. */
  readBearerToken(request: Pick<OriginRequest, 'headers'>): string | null
}

/** The session type of an `auth` object. */
export type InferSession<AnyAuth> = AnyAuth extends {
  validateSession(token: string): Promise<infer AnySession>
}
  ? AnySession
  : never

/** The user type of an `auth` object. */
export type InferUser<AnyAuth> =
  InferSession<AnyAuth> extends { readonly user: infer AnyUser } ? AnyUser : never

/**
 * Makes the `auth` object. Cheap enough to call for each request, where bindings exist only there.
 *
 * @param config Only `store` is needed.
 * @returns The object whose calls keep people signed in. It holds no state of its own.
 * @throws {AuthError} `AUTH_CONFIG` for what could never work, with a message that says what to change.
 *
 * @example
 * const auth = limen({
 *   store: memoryStore<{ name: string }>(),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 * const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
 * const session = await auth.createSession({ userId })
 * session.user.name
 * // 'Ada'
 */
export function limen<
  UserAttributes,
  SessionAttributes,
  UserFields = object,
  Fields = object,
  Args extends unknown[] = [request: OriginRequest],
  Context extends RequestContext = RequestContext,
>(
  config: LimenConfig<UserAttributes, SessionAttributes, UserFields, Fields, Args, Context>,
): Auth<UserAttributes, SessionAttributes, UserFields, Fields, Args, Context> {
  const { secure = true, now = Date.now } = config
  const middleware = config.middleware ?? (web() as unknown as Middleware<Args, Context>)
  const makeCookie = sessionCookieMaker(config.sessionCookie ?? {}, secure)
  const emit = async (event: AuthEvent): Promise<void> => {
    try {
      if (config.onEvent) await config.onEvent(event)
    } catch {
      // An observer that fails must not fail a sign-in that the store has confirmed.
    }
  }
  const settings = {
    ...config,
    now,
    periods: checkedPeriods(config.sessionExpiresIn),
    makeCookie,
    cookieName: makeCookie('', 0).name,
    checkOrigin: originRule(config.csrfProtection ?? {}, secure, (reason) =>
      emit({ type: 'origin-refused', reason }),
    ),
    emit,
  }
  const sessions = sessionKeeper<UserAttributes, SessionAttributes, UserFields, Fields>(settings)
  const auth = { ...settings, ...sessions }
  const openRequest = (context: RequestContext) => new OpenAuthRequest(auth, context)

  return {
    ...sessions,
    openRequest,
    handleRequest: (...args) => openRequest(middleware(...args)),
    readSessionCookie: (request) => findSessionCookie(request, settings.cookieName) || null,
    readBearerToken: findBearerToken,
  }
}

function checkedPeriods({
  activePeriod = DAY,
  idlePeriod = 14 * DAY,
  absolutePeriod = CENTURY,
}: SessionPeriods = {}): Periods {
  const periods = { activePeriod, idlePeriod, absolutePeriod }
  for (const [name, ms] of Object.entries(periods)) {
    checkOption(ms % 1 === 0 && ms > 0 && ms <= CENTURY, `sessionExpiresIn.${name}`, ms)
  }
  return periods
}
