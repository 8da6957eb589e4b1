/** One request's view of its session. The one room that gathers cookies. */
import type { ValidateOptions } from './sessions.ts'
import { findCookie } from './cookie.ts'
import { type CheckOrigin, type OriginRequest, type OriginVerdict, SAFE, isSafe } from './csrf.ts'
import { fail } from './error.ts'
import type { AuthEvent, TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { SessionCookie } from './session-cookie.ts'
import { IssuedSession } from './session.ts'
import type { Consistency } from './store.ts'
import { type TokenParts, parseToken } from './token.ts'

/** One request's view of its session, where no cookie can be sent: `web()` mode. */
export interface ReadonlyAuthRequest<AnySession> {
  /** Whether this request may use a cookie, so that an app can answer 403 and not 401. Judged when first asked. */
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

/** What an AuthRequest asks of the `auth` object: its calls, and what `limen()` settled for requests. */
export interface RequestAuth<AnySession> {
  validateToken(
    token: string,
    consistency: Consistency,
    options: ValidateOptions,
    context: RequestContext,
    parts: TokenParts,
  ): Promise<AnySession | TokenRejection>
  createSessionCookie(session: object | null): SessionCookie
  readonly cookieName: string
  readonly checkOrigin: CheckOrigin
  readonly emit: (event: AuthEvent) => unknown
  readonly store: { readonly staleMisses?: true; readonly routeLength?: number }
}

/** The raw value of a request's session cookie, as {@link findCookie} tells. */
export function findSessionCookie(
  { headers }: Pick<OriginRequest, 'headers'>,
  name: string,
): string | null | undefined {
  return findCookie(headers.get('Cookie') ?? '', name)
}

/** The raw token of a request's `Authorization: Bearer` header, or `null`. */
export function findBearerToken({ headers }: Pick<OriginRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? null
}

/** The request header that carries a token. */
type Carrier = 'Cookie' | 'Authorization'

/** Opens one request's view of its session. */
export class OpenAuthRequest<
  AnySession extends { readonly fresh: boolean },
> implements AuthRequest<AnySession> {
  readonly vary: string[] = []
  wasRead = false
  readonly #auth: RequestAuth<AnySession>
  readonly #context: RequestContext
  #origin: OriginVerdict | undefined
  #cookie: SessionCookie | undefined
  #answers: { [carrier in Carrier]?: Promise<AnySession | null> } = {}
  #isStrong = false
  /** What `setSession` said: a token, `null` for signed out, `undefined` while the cookie decides. */
  #chosen: string | null | undefined
  /** Which session was made fresh by this request. */
  readonly #fresh: { [carrier in Carrier]?: boolean } = {}

  constructor(auth: RequestAuth<AnySession>, context: RequestContext) {
    this.#auth = auth
    this.#context = context
  }

  // Judged when it is first asked for: most visitors are anonymous, and each header costs a microsecond.
  get origin(): OriginVerdict {
    return (this.#origin ??= this.#auth.checkOrigin(this.#context.request))
  }

  cookie(): SessionCookie | undefined {
    return this.#cookie
  }

  validate(): Promise<AnySession | null> {
    return (this.#answers.Cookie ??= this.#validate('Cookie'))
  }

  validateBearerToken(): Promise<AnySession | null> {
    return (this.#answers.Authorization ??= this.#validate('Authorization'))
  }

  setSession(
    session: AnySession | null,
    options?: { readonly unsafeSkipOriginCheck?: boolean },
  ): void {
    if (!this.#context.setCookie) fail('AUTH_COOKIES_DISABLED')
    const { origin } = this
    if (!(origin.trusted || options?.unsafeSkipOriginCheck)) {
      fail('AUTH_UNTRUSTED_ORIGIN', origin.reason)
    }
    this.#leave(session, false)
    this.vary.push('Cookie')
    this.#chosen = session ? IssuedSession.tokenOf(session) : null
    this.#fresh.Cookie = true
    this.invalidate()
  }

  invalidate(): void {
    this.#answers = {}
    this.#isStrong = true
  }

  async #validate(carrier: Carrier): Promise<AnySession | null> {
    const auth = this.#auth
    const context = this.#context
    const kept = this.#answers
    const fresh = this.#fresh
    const { request } = context
    const isCookie = carrier === 'Cookie'
    const reject = (reason: TokenRejection) => {
      auth.emit({ type: 'token-rejected', carrier, reason })
      return null
    }

    this.vary.push(carrier)
    const given = isCookie ? this.#chosen : findBearerToken(request)
    let token = given
    if (token === undefined) token = context.sessionCookie
    if (token === undefined) token = findSessionCookie(request, auth.cookieName)
    if (token === null) return null
    if (token === undefined) return reject('ambiguous')
    // What cannot be a token is refused before its sender is judged: each header costs a microsecond.
    const parts = parseToken(token, auth.store.routeLength)
    if (!parts) return reject('malformed')
    if (given === undefined && !this.origin.trusted) return null

    const mayRenew = () =>
      request.method !== 'HEAD' && !/prefetch/i.test(request.headers.get('Sec-Purpose') ?? '')
    const isUnsafe = isCookie ? this.origin !== SAFE : !isSafe(request)
    const consistency = this.#isStrong || isUnsafe ? 'strong' : 'eventual'
    let found
    try {
      found = await auth.validateToken(
        token,
        consistency,
        { mayRenew, fresh: fresh[carrier] },
        context,
        parts,
      )
    } catch (error) {
      // A failure is not kept, and who asked may look at it later.
      kept[carrier]!.catch(() => {})
      delete kept[carrier]
      throw error
    }
    if (typeof found === 'string') {
      // A late answer must not delete the cookie of a sign-in that just happened elsewhere.
      if (
        isCookie &&
        /unknown|expired/.test(found) &&
        request.method === 'GET' &&
        request.headers.get('Sec-Fetch-Mode') === 'navigate' &&
        !auth.store.staleMisses &&
        mayRenew()
      ) {
        this.#leave(null, true)
      }
      return reject(found)
    }
    this.wasRead = true
    if (isCookie && found.fresh && !fresh.Cookie) this.#leave(found, true)
    fresh[carrier] ||= found.fresh
    return found
  }

  #leave(session: AnySession | null, renewal: boolean): void {
    // While we waited, setSession may have spoken: then a renewal has nothing more to say.
    if (renewal && this.#chosen !== undefined) return
    this.#cookie = { ...this.#auth.createSessionCookie(session), renewal }
    this.#context.setCookie?.(this.#cookie)
  }
}
