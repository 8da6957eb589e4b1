/** Creates the `auth` object from its configuration. */
import { sessionManager } from './session-manager.ts'
import type { Sessions } from './session-api.ts'
import {
  type AuthRequest,
  type ReadonlyAuthRequest,
  findBearerToken,
  OpenAuthRequest,
  readSessionCookie,
} from './auth-request.ts'
import { type CsrfProtection, type OriginRequest, isToLoopback, originRule } from './csrf.ts'
import {
  BOOLEAN,
  FUNCTION,
  OBJECT,
  SYNC_FUNCTION,
  type OptionRule,
  checkOption,
  checkOptions,
  isListOf,
  isPlain,
  isSync,
  shown,
} from './options.ts'
import type { AuthEvent, NoisyEvent } from './event.ts'
import { type CookieContext, type Middleware, type RequestContext, web } from './middleware.ts'
import type { Periods, Session, SessionPeriods } from './session-lifetime.ts'
import { type SessionCookieOptions, sessionCookies } from './session-cookie.ts'
import { type AnyStore, STORE } from './store.ts'

const DAY = 86_400_000
const CENTURY = 36_500 * DAY
const MINUTE = 60_000

/** The property in which a framework's object holds its AuthRequests. A WeakMap was slower in Node. */
const OPENED = Symbol('limen')

/** The AuthRequests of one object. */
interface Opened<AnyRequest> {
  readonly key: object
  readonly byAuth: Map<unknown, AnyRequest>
}

/** What a function that chooses attributes returns at once: an object, and not a promise of one. */
export interface NoPromise {
  /** A promise has it. */
  readonly then?: undefined
}

/** How sessions are stored, sent and protected. Only `store` is required. */
export interface LimenConfig<
  UserAttributes,
  SessionAttributes,
  UserFields,
  Fields,
  Args extends unknown[],
  Context extends RequestContext,
> {
  /** Where sessions and users are kept. All types flow from here. */
  readonly store: AnyStore<UserAttributes, SessionAttributes>
  /** What `handleRequest()` takes. Default `web()`. */
  readonly middleware?: Middleware<Args, Context> | undefined
  /** `false` only for plain-http development. Default `true`. */
  readonly secure?: boolean | undefined
  /** How long sessions live, in milliseconds. */
  readonly sessionExpiresIn?: SessionPeriods | undefined
  /** How the session cookie looks. */
  readonly sessionCookie?: SessionCookieOptions | undefined
  /** Which other origins may send unsafe requests; `false` turns the check off, for WebSockets too. */
  readonly csrfProtection?: CsrfProtection | false | undefined
  /**
   * Chooses what `session.user` shows of the stored attributes. Default: none. Not `async`. What it
   * throws, the call throws: `createUser()` and `createSession()` then leave nothing stored, and
   * `updateUserAttributes()` has stored its update.
   */
  readonly getUserAttributes?:
    | ((attributes: Readonly<UserAttributes>) => UserFields & NoPromise)
    | undefined
  /** Chooses what a session shows of its stored attributes. Default: none. As `getUserAttributes`. */
  readonly getSessionAttributes?:
    | ((attributes: Readonly<SessionAttributes>) => Fields & NoPromise)
    | undefined
  /** Called for each event. Events contain no secrets. Errors thrown by the callback are ignored. */
  readonly onEvent?: ((event: AuthEvent) => unknown) | undefined
  /** Frequent events to send as well. Default: none. */
  readonly events?: readonly NoisyEvent[] | undefined
  /** The time in whole milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined
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
  checkConfig(config)
  const { secure = true } = config
  const middleware = config.middleware ?? (web() as unknown as Middleware<Args, Context>)
  const cookies = sessionCookies(config.sessionCookie ?? {}, secure)
  const { host, hostHeader } = config.csrfProtection || {}
  const hasHost = Boolean(host ?? hostHeader)
  const emit = async (event: AuthEvent): Promise<void> => {
    try {
      if (config.onEvent) await config.onEvent(event)
    } catch {
      // A failing observer must not fail a sign-in that the store has confirmed.
    }
  }
  const settings = {
    ...config,
    // Read Date.now at each call: tests replace it. Convert to a number: `+` would join a text and a
    // period to a deadline that never comes.
    now: () => Number(config.now ? config.now() : Date.now()),
    periods: checkedPeriods(config.sessionExpiresIn ?? {}),
    cookies,
    secure,
    checkOrigin: originRule(config.csrfProtection ?? {}, secure, (reason) =>
      emit({ type: 'origin-refused', reason }),
    ),
    emit,
    // A configured host is not this machine, whatever a proxy made of the URL.
    isLocal: (request: OriginRequest) => !hasHost && isToLoopback(request),
  }
  const sessions = sessionManager<UserAttributes, SessionAttributes, UserFields, Fields>(settings)
  const auth = { ...settings, ...sessions }
  type AnyRequest = OpenAuthRequest<Session<UserFields, Fields>>
  const openRequest = (context: RequestContext): AnyRequest => {
    const key = context.key as { [OPENED]?: Opened<AnyRequest> } | undefined
    // A copy of the object, a proxy or one that inherits from it has its property, and is another.
    const opened = key?.[OPENED]?.key === key ? key?.[OPENED] : undefined
    const known = opened?.byAuth.get(auth)
    if (known && !known.isResponseSent) return known
    const authRequest = new OpenAuthRequest<Session<UserFields, Fields>>(auth, context)
    if (opened) opened.byAuth.set(auth, authRequest)
    else if (key && Object.isExtensible(key)) {
      key[OPENED] = { key, byAuth: new Map([[auth, authRequest]]) }
    }
    return authRequest
  }

  return {
    ...sessions,
    openRequest,
    handleRequest: (...args) => openRequest(middleware(...args)),
    readSessionCookie: (request) => readSessionCookie(request, cookies),
    readBearerToken: findBearerToken,
  }
}

const SHOWS: OptionRule = [isSync, 'a function that returns an object, and not a promise']

const PERIOD: OptionRule = [
  (ms) => Number.isSafeInteger(ms) && (ms as number) >= MINUTE && (ms as number) <= CENTURY,
  `whole milliseconds from ${MINUTE} to ${CENTURY}, such as ${DAY} for a day`,
]

function checkConfig(config: object): void {
  checkOptions('', config, {
    store: STORE,
    middleware: SYNC_FUNCTION,
    secure: BOOLEAN,
    sessionExpiresIn: OBJECT,
    sessionCookie: OBJECT,
    csrfProtection: [(value) => value === false || isPlain(value), 'an object or false'],
    getUserAttributes: SHOWS,
    getSessionAttributes: SHOWS,
    onEvent: FUNCTION,
    events: [(value) => isListOf(value, (name) => name === 'validated'), "['validated'] or []"],
    now: SYNC_FUNCTION,
  })
}

function checkedPeriods(given: SessionPeriods): Periods {
  const rules = { activePeriod: PERIOD, idlePeriod: PERIOD, absolutePeriod: PERIOD }
  checkOptions('sessionExpiresIn.', given, rules)
  for (const [name, ms] of Object.entries(given)) {
    // Whole days in seconds, such as 2592000, are no whole minutes in milliseconds.
    const isInSeconds = ms % 86_400 === 0 && ms % MINUTE !== 0
    const wanted = 'in milliseconds: this looks like seconds'
    checkOption(!isInSeconds, `sessionExpiresIn.${name}`, wanted, shown(ms))
  }
  const { activePeriod = DAY, idlePeriod = 14 * DAY, absolutePeriod = CENTURY } = given
  return { activePeriod, idlePeriod, absolutePeriod }
}
