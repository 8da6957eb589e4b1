/** One request's view of its session. The one room that gathers cookies. */
import type { ValidateOptions } from './sessions.ts'
import { findCookie } from './cookie.ts'
import { type CheckOrigin, type OriginRequest, type OriginVerdict, isSafe } from './csrf.ts'
import { fail } from './error.ts'
import type { AuthEvent, TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { SessionCookie } from './session-cookie.ts'
import { IssuedSession } from './session.ts'
import type { Consistency } from './store.ts'

/** One request's view of its session, where no cookie can be sent: `web()` mode. */
export interface ReadonlyAuthRequest<AnySession> {
  /** Whether this request may use a cookie, so that an app can answer 403 and not 401. */
  readonly origin: OriginVerdict
  /** The session cookie it has for the response, if any: a function, so that no log shows a token. */
  readonly cookie: () => SessionCookie | undefined
  /** True once a session was found: the response is private. */
  readonly wasRead: boolean
  /** The request headers that the answers given so far depend on. */
  readonly vary: readonly string[]
  /**
   * The session of this request's cookie, renewed when idle, or `null` when there is none or the
   * request comes from an untrusted origin. Asks the store once, however often it is called.
   *
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when it could not be told; the next call asks again.
   */
  validate(): Promise<AnySession | null>
  /**
   * The session of an `Authorization: Bearer` header, or `null`. Its answer is kept apart from the
   * cookie's, and no origin is checked: no page can make a browser send that header by itself.
   *
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when it could not be told; the next call asks again.
   */
  validateBearerToken(): Promise<AnySession | null>
  /** Forgets the answers: the next `validate()` reads the store anew, and strongly. */
  invalidate(): void
}

/** One request's view of its session. */
export interface AuthRequest<AnySession> extends ReadonlyAuthRequest<AnySession> {
  /**
   * Sets the session cookie on the response, or with `null` deletes it. From then on this
   * AuthRequest speaks for that session.
   *
   * Ends nothing in the store: call `auth.invalidateSession(session.sessionId)` to sign out.
   *
   * @param session What `createSession` or `validate` gave, not a copy; or `null`.
   * @param options `unsafeSkipOriginCheck` is for a callback that has checked its own `state`.
   * @throws {AuthError} `AUTH_UNTRUSTED_ORIGIN` on a request that the CSRF rules refuse.
   * @throws {AuthError} `AUTH_COOKIES_DISABLED` in `web()` mode.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token.
   */
  setSession(
    session: AnySession | null,
    options?: { readonly unsafeSkipOriginCheck?: boolean },
  ): void
}

/** What an AuthRequest asks of the `auth` object. */
export interface TokenValidator<AnySession> {
  validateToken(
    token: string,
    consistency: Consistency,
    options: ValidateOptions,
  ): Promise<AnySession | TokenRejection>
  createSessionCookie(session: object | null): SessionCookie
}

/** What `limen()` settled from its configuration, for requests. */
export interface RequestSettings {
  readonly cookieName: string
  readonly checkOrigin: CheckOrigin
  readonly emit: (event: AuthEvent) => unknown
  readonly store: { readonly staleMisses?: true }
}

/** The raw value of a request's session cookie, as {@link findCookie} tells. */
export function findSessionCookie(
  request: Pick<OriginRequest, 'headers'>,
  name: string,
): string | null | undefined {
  return findCookie(request.headers.get('Cookie') ?? '', name)
}

/** The raw token of a request's `Authorization: Bearer` header, or `null`. */
export function findBearerToken({ headers }: Pick<OriginRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? null
}

type Answer<AnySession> = Promise<AnySession | null>
/** The request header that carries a token. */
type Carrier = 'Cookie' | 'Authorization'

/** Opens one request's view of its session. */
export function openAuthRequest<AnySession extends { readonly fresh: boolean }>(
  auth: TokenValidator<AnySession>,
  settings: RequestSettings,
  context: RequestContext,
): AuthRequest<AnySession> {
  const { request, setCookie } = context
  let cookie: SessionCookie | undefined
  const vary: string[] = []
  let answers: { [carrier in Carrier]?: Answer<AnySession> } = {}
  /** What `setSession` said: a token, `null` for signed out, `undefined` while the cookie decides. */
  let chosen: string | null | undefined
  /** Which session was made fresh by this request. */
  const fresh: { [carrier in Carrier]?: boolean | undefined } = {}
  let isStrong = !isSafe(request)
  const origin = settings.checkOrigin(request, !isStrong)
  if (!origin.trusted) settings.emit({ type: 'origin-refused', reason: origin.reason })

  const self = {
    cookie: () => cookie,
    vary,
    wasRead: false,

    origin,

    validate: () => once('Cookie'),

    validateBearerToken: () => once('Authorization'),

    setSession(
      session: AnySession | null,
      options?: { readonly unsafeSkipOriginCheck?: boolean },
    ): void {
      if (!setCookie) return fail('AUTH_COOKIES_DISABLED')
      if (!origin.trusted && !options?.unsafeSkipOriginCheck) {
        return fail('AUTH_UNTRUSTED_ORIGIN', origin.reason)
      }
      leave(session, false)
      vary.push('Cookie')
      chosen = session ? IssuedSession.tokenOf(session) : null
      fresh.Cookie = true
      invalidate()
    },

    invalidate,
  }
  return self

  function invalidate(): void {
    answers = {}
    isStrong = true
  }

  /** Keeps an answer for the next who asks; a failure is not kept. */
  function once(carrier: Carrier): Answer<AnySession> {
    const kept = answers
    return (kept[carrier] ??= validate(carrier).catch((error: unknown) => {
      delete kept[carrier]
      throw error
    }))
  }

  async function validate(carrier: Carrier): Answer<AnySession> {
    const isCookie = carrier === 'Cookie'
    vary.push(carrier)
    const token = isCookie ? readCookie() : findBearerToken(request)
    if (token === null) return null
    const consistency = isStrong ? 'strong' : 'eventual'
    const found = await auth.validateToken(token, consistency, {
      mayRenew: () => request.method !== 'HEAD' && !isPrefetch(),
      context,
      fresh: fresh[carrier],
    })
    if (typeof found === 'string') {
      reject(carrier, found)
      const isGone = found === 'unknown' || found === 'expired'
      if (isCookie && isGone && mayDeleteCookie()) renew(null)
      return null
    }
    self.wasRead = true
    if (isCookie && found.fresh && !fresh[carrier]) renew(found)
    fresh[carrier] ||= found.fresh
    return found
  }

  /** While we waited, setSession may have spoken: then the cookie has nothing more to say. */
  function renew(session: AnySession | null): void {
    if (chosen === undefined) leave(session, true)
  }

  function leave(session: AnySession | null, renewal: boolean): void {
    cookie = { ...auth.createSessionCookie(session), renewal }
    setCookie?.(cookie)
  }

  function readCookie(): string | null {
    if (chosen !== undefined) return chosen
    if (!origin.trusted) return null
    const found =
      context.sessionCookie === undefined
        ? findSessionCookie(request, settings.cookieName)
        : context.sessionCookie
    if (found === undefined) reject('Cookie', 'ambiguous')
    return found ?? null
  }

  function reject(carrier: Carrier, reason: TokenRejection): void {
    settings.emit({ type: 'token-rejected', carrier, reason })
  }

  /** A late answer must not delete the cookie of a sign-in that just happened elsewhere. */
  function mayDeleteCookie(): boolean {
    return (
      request.method === 'GET' &&
      !settings.store.staleMisses &&
      request.headers.get('Sec-Fetch-Mode') === 'navigate' &&
      !isPrefetch()
    )
  }

  function isPrefetch(): boolean {
    return /prefetch/i.test(request.headers.get('Sec-Purpose') ?? '')
  }
}
