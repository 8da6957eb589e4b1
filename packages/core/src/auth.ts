/** Creates the `auth` object from its configuration. */
import { type Settings, sessionManager } from './session-manager.ts'
import type { MaxSessions, SessionApi } from './session-api.ts'
import {
  type AuthRequest,
  OpenAuthRequest,
  type ReadonlyAuthRequest,
  type RequestAuth,
} from './auth-request.ts'
import { type CsrfProtection, type OriginRequest, isToLoopback, originRule } from './csrf.ts'
import type { AuthEvent, OptionalEvent } from './event.ts'
import {
  type CallsOf,
  type Extension,
  type ExtensionSettings,
  checkedChanges,
} from './extension.ts'
import {
  CSRF_FORM,
  EVENTS_FORM,
  EXTENSIONS_FORM,
  LIMIT_FORM,
  ON_LIMIT_FORM,
  PERIOD_FORM,
  PERIOD_UNIT,
  PERIOD_WITHOUT_END,
} from './messages.ts'
import { type CookieContext, type Middleware, type RequestContext, web } from './middleware.ts'
import {
  BOOLEAN,
  FUNCTION,
  OBJECT,
  type OptionRule,
  SYNC_FUNCTION,
  allOf,
  checkOptions,
  isCount,
  isListOf,
  isPlain,
  isSync,
} from './options.ts'
import { type StoredSession, orFunctionOfSession, perSession } from './per-session.ts'
import { readBearerToken, readSessionCookie } from './request-token.ts'
import type { Periods, Session, SessionPeriods } from './session-lifetime.ts'
import { type SessionCookieOptions, sessionCookies } from './session-cookie.ts'
import { type AnyStore, ROUTE_LENGTH, STORE } from './store.ts'
import { tokenFormat } from './token.ts'

const DAY = 86_400_000
const CENTURY = 36_500 * DAY
const MINUTE = 60_000

/** The property of a framework's object that holds its AuthRequests. A WeakMap is slower in Node. */
const OPENED = Symbol('limen')

/** The AuthRequests of one object. */
interface Opened<AnyRequest> {
  readonly key: object
  readonly byAuth: Map<unknown, AnyRequest>
}

/** The settings of an AuthRequest, and the calls of the extensions. */
type RequestSettings = Pick<RequestAuth<never>, 'secure' | 'isLocal' | 'checkOrigin'> &
  Pick<ExtensionSettings, 'calls'>

/** Excludes promises from what a function that chooses attributes returns. */
export interface NoPromise {
  /** A promise has this property. */
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
  Extensions extends readonly Extension[] = readonly Extension[],
> {
  /** Stores sessions and users. Its types become the types of sessions and users. */
  readonly store: AnyStore<UserAttributes, SessionAttributes>
  /** The adapter, which determines what `handleRequest()` takes. Default `web()`. */
  readonly middleware?: Middleware<Args, Context> | undefined
  /** `false` only for development over plain http. Default `true`. */
  readonly secure?: boolean | undefined
  /**
   * How long sessions live, in milliseconds. A function decides for each session: it is called at
   * sign-in and at each validation, with what is stored of the session. It must not be `async`. Where it
   * throws or returns what this option does not take, the call throws `AUTH_CONFIG`: `createSession()`
   * then stores nothing, and a validation neither admits the session nor deletes its cookie.
   */
  readonly sessionExpiresIn?:
    | SessionPeriods
    | ((session: StoredSession<SessionAttributes>) => SessionPeriods & NoPromise)
    | undefined
  /**
   * How many sessions a user can have at once. Sessions whose stored deadlines are over do not count,
   * and one that `replaceSession()` ends does not either. A session that only a shortened
   * `absolutePeriod` ends still counts until its stored deadline. Default: no limit.
   */
  readonly maxSessionsPerUser?: MaxSessions | undefined
  /** The session cookie's name and attributes. */
  readonly sessionCookie?: SessionCookieOptions<SessionAttributes> | undefined
  /** Which other origins may send unsafe requests. `false` turns the check off, also for WebSockets. */
  readonly csrfProtection?: CsrfProtection | false | undefined
  /**
   * Chooses which stored attributes `session.user` has. Default: none. It must not be `async`. When it
   * throws, the call throws the same error: `createUser()` and `createSession()` then store nothing,
   * but `updateUserAttributes()` has stored its update.
   */
  readonly getUserAttributes?:
    | ((attributes: Readonly<UserAttributes>) => UserFields & NoPromise)
    | undefined
  /** Chooses which stored attributes a session has. Default: none. As `getUserAttributes`. */
  readonly getSessionAttributes?:
    | ((attributes: Readonly<SessionAttributes>) => Fields & NoPromise)
    | undefined
  /** Called for each event. Events contain no secrets. Errors thrown by the callback are ignored. */
  readonly onEvent?: ((event: AuthEvent) => unknown) | undefined
  /** Frequent events to report as well. Default: none. */
  readonly events?: readonly OptionalEvent[] | undefined
  /** The time in whole milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined
  /** Extensions, such as device-bound sessions. Each sees what those before it changed. Default: none. */
  readonly extensions?: Extensions | undefined
}

/** Session authentication: what `limen()` returns. */
export interface Auth<
  UserAttributes,
  SessionAttributes,
  UserFields,
  Fields,
  Args extends unknown[],
  Context extends RequestContext,
> extends SessionApi<UserAttributes, SessionAttributes, UserFields, Fields> {
  /** Returns the time that this object uses, in milliseconds since the epoch: `now` of `limen()`. */
  now(): number
  /**
   * Opens an AuthRequest for one request.
   *
   * @param args The arguments of the configured middleware.
   */
  handleRequest(
    ...args: Args
  ): Context extends CookieContext
    ? AuthRequest<Session<UserFields, Fields>>
    : ReadonlyAuthRequest<Session<UserFields, Fields>>
  /** Opens an AuthRequest over a context of the caller: for adapters. */
  openRequest(context: RequestContext): AuthRequest<Session<UserFields, Fields>>
  /**
   * Returns the raw token of a request's session cookie, or `null`, also when the cookie is ambiguous.
   * Validates neither the session nor the request's origin.
   */
  readSessionCookie(request: Pick<OriginRequest, 'headers'>): string | null
  /** Returns the raw token of a request's `Authorization: Bearer` header, or `null`. Validates nothing. */
  readBearerToken(request: Pick<OriginRequest, 'headers'>): string | null
}

/** The session type of an `auth` object. */
export type InferSession<AnyAuth> = AnyAuth extends {
  validateSession(token: string): Promise<infer AnySession>
}
  ? AnySession
  : never

/** The AuthRequest type of an `auth` object: for the types of a framework's locals and context. */
export type InferAuthRequest<AnyAuth> = AuthRequest<InferSession<AnyAuth>>

/** The user type of an `auth` object. */
export type InferUser<AnyAuth> =
  InferSession<AnyAuth> extends { readonly user: infer AnyUser } ? AnyUser : never

/**
 * Creates the `auth` object. A call takes a few microseconds, so it can be called for each request, on
 * platforms whose bindings exist only there.
 *
 * @param config Only `store` is required.
 * @returns The object that creates, validates and revokes sessions. It has no state of its own:
 * the AuthRequest of a request is a hidden property of its `key`.
 * @throws {AuthError} `AUTH_CONFIG` for an option that can never work, with a message that names it.
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
  const Extensions extends readonly Extension[] = [],
>(
  config: LimenConfig<
    UserAttributes,
    SessionAttributes,
    UserFields,
    Fields,
    Args,
    Context,
    Extensions
  >,
): Auth<UserAttributes, SessionAttributes, UserFields, Fields, Args, Context> &
  CallsOf<Extensions> {
  const options = checkedConfig(config)
  const { secure = true } = options
  const middleware = options.middleware ?? (web() as unknown as Middleware<Args, Context>)
  const cookies = sessionCookies(options.sessionCookie ?? {}, secure)
  const { host, hostHeader } = options.csrfProtection || {}
  const hasHost = Boolean(host ?? hostHeader)
  const onEvent = async (event: AuthEvent): Promise<void> => {
    try {
      if (options.onEvent) await options.onEvent(event)
    } catch {
      // A callback that throws must not fail a sign-in that the store has confirmed.
    }
  }
  let settings: Settings<UserAttributes, SessionAttributes, UserFields, Fields> & RequestSettings =
    {
      ...options,
      // Read Date.now at each call: tests replace it. Convert to a number: `+` would append a period to a
      // string, which gives a deadline in the far future.
      now: () => Number(options.now ? options.now() : Date.now()),
      periodsOf: perSession(
        'sessionExpiresIn',
        options.sessionExpiresIn ?? {},
        OBJECT,
        checkedPeriods,
      ),
      isPersistent: perSession(
        'sessionCookie.persistent',
        options.sessionCookie?.persistent ?? true,
        BOOLEAN,
        Boolean,
      ),
      maxSessionsPerUser:
        options.maxSessionsPerUser &&
        checkOptions('maxSessionsPerUser.', options.maxSessionsPerUser, MAX_SESSIONS),
      cookies,
      tokens: tokenFormat(options.store.traits?.routed ? ROUTE_LENGTH : 0),
      secure,
      checkOrigin: originRule(options.csrfProtection ?? {}, secure, (reason) =>
        onEvent({ type: 'origin-refused', reason }),
      ),
      onEvent,
      // With a configured host, the URL does not tell where the app runs: a proxy can rewrite it.
      isLocal: (request: OriginRequest) => !hasHost && isToLoopback(request),
    }
  for (const extend of options.extensions ?? []) {
    const changed = checkedChanges(extend(settings as ExtensionSettings))
    const calls = { ...settings.calls, ...changed.calls }
    settings = { ...settings, ...(changed as object), calls }
  }
  const { sessions, validateParts } = sessionManager<
    UserAttributes,
    SessionAttributes,
    UserFields,
    Fields
  >(settings)
  const auth = { ...settings, ...sessions, validateParts }
  type AnyRequest = OpenAuthRequest<Session<UserFields, Fields>>
  const openRequest = (context: RequestContext): AnyRequest => {
    const key = context.key as { [OPENED]?: Opened<AnyRequest> } | undefined
    // A copy, a proxy and an object that inherits from this one have the property, but another identity.
    const opened = key?.[OPENED]?.key === key ? key?.[OPENED] : undefined
    const known = opened?.byAuth.get(auth)
    if (known && !known.isResponseSent) return known
    const authRequest = new OpenAuthRequest<Session<UserFields, Fields>>(auth, context)
    if (opened) opened.byAuth.set(auth, authRequest)
    else if (key && Object.isExtensible(key)) {
      key[OPENED] = { key, byAuth: new Map([[auth, authRequest]]) }
    }
    context.onOpen?.(authRequest)
    return authRequest
  }

  return {
    ...(settings.calls as CallsOf<Extensions>),
    ...sessions,
    now: settings.now,
    openRequest,
    handleRequest: (...args) => openRequest(middleware(...args)),
    readSessionCookie: (request) => readSessionCookie(request, settings.cookies),
    readBearerToken,
  }
}

const PERIOD = allOf(
  [
    (ms) => Number.isSafeInteger(ms) && (ms as number) >= MINUTE && (ms as number) <= CENTURY,
    PERIOD_FORM,
  ],
  // Whole days in seconds are not whole minutes in milliseconds, except multiples of 25 days.
  [(ms) => (ms as number) % 86_400 !== 0 || (ms as number) % MINUTE === 0, PERIOD_UNIT],
)

const ABSOLUTE_PERIOD = allOf([(ms) => ms !== Infinity, PERIOD_WITHOUT_END], PERIOD)

const MAX_SESSIONS: Readonly<Record<keyof MaxSessions, OptionRule>> = {
  limit: [isCount, LIMIT_FORM, true],
  onLimit: [(action) => action === 'revoke-oldest' || action === 'refuse', ON_LIMIT_FORM, true],
}

function checkedConfig<Config extends object>(config: Config): Config {
  return checkOptions('limen(): ', config, {
    store: STORE,
    middleware: SYNC_FUNCTION,
    secure: BOOLEAN,
    sessionExpiresIn: orFunctionOfSession(OBJECT),
    maxSessionsPerUser: OBJECT,
    sessionCookie: OBJECT,
    csrfProtection: [(value) => value === false || isPlain(value), CSRF_FORM],
    getUserAttributes: SYNC_FUNCTION,
    getSessionAttributes: SYNC_FUNCTION,
    onEvent: FUNCTION,
    events: [(value) => isListOf(value, (name) => name === 'validated'), EVENTS_FORM],
    now: SYNC_FUNCTION,
    extensions: [(value) => isListOf(value, isSync), EXTENSIONS_FORM],
  })
}

function checkedPeriods(given: SessionPeriods, option: string): Periods {
  const checked = checkOptions(`${option}.`, given, {
    activePeriod: PERIOD,
    idlePeriod: PERIOD,
    absolutePeriod: ABSOLUTE_PERIOD,
  })
  const { activePeriod = DAY, idlePeriod = 14 * DAY, absolutePeriod = CENTURY } = checked
  return { activePeriod, idlePeriod, absolutePeriod }
}
