/** One request's view of its session. The one room that gathers cookies. */
import type { ValidateOptions } from './auth.ts'
import { findCookie } from './cookie.ts'
import { type CheckOrigin, type OriginRequest, type OriginVerdict, isSafe } from './csrf.ts'
import { fail } from './error.ts'
import type { AuthEvent, TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { SessionCookie } from './session-cookie.ts'
import { IssuedSession } from './session.ts'

/** One request's view of its session, where no cookie can be sent: `web()` mode. */
export interface ReadonlyAuthRequest<AnySession> {
  /** Whether this request may use a cookie, so that an app can answer 403 and not 401. */
  readonly origin: OriginVerdict
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

/** What an AuthRequest needs of the `auth` object. */
export interface AuthCore<AnySession> {
  readonly cookieName: string
  readonly checkOrigin: CheckOrigin
  readonly createSessionCookie: (session: object | null) => SessionCookie
  readonly validateToken: (
    token: string,
    options: ValidateOptions,
  ) => Promise<AnySession | TokenRejection>
  readonly staleMisses: boolean | undefined
  readonly emit: (event: AuthEvent) => void
}

/** The raw value of a request's session cookie, as {@link findCookie} tells. */
export function findSessionCookie(
  { headers }: Pick<OriginRequest, 'headers'>,
  name: string,
): string | null | undefined {
  const header = headers.get('Cookie')
  return header ? findCookie(header, name) : null
}

/** The raw token of a request's `Authorization: Bearer` header, or `null`. */
export function findBearerToken({ headers }: Pick<OriginRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? null
}

type Answer<AnySession> = Promise<AnySession | null>

/** See {@link AuthRequest}: the interface is what users hold. */
export class CookieAuthRequest<
  AnySession extends { readonly sessionId: string; readonly fresh: boolean },
> implements AuthRequest<AnySession> {
  readonly #auth: AuthCore<AnySession>
  readonly #context: RequestContext
  wasRead = false
  readonly vary: string[] = []
  #verdict: OriginVerdict | undefined
  #answers: { cookie?: Answer<AnySession>; bearer?: Answer<AnySession> } = {}
  /** What `setSession` said: a token, `null` for signed out, `undefined` while the cookie decides. */
  #chosen: string | null | undefined
  #freshId: string | undefined
  #strong = false

  constructor(auth: AuthCore<AnySession>, context: RequestContext) {
    this.#auth = auth
    this.#context = context
  }

  get origin(): OriginVerdict {
    if (!this.#verdict) {
      this.#verdict = this.#auth.checkOrigin(this.#context.request)
      if (!this.#verdict.trusted) {
        this.#auth.emit({ type: 'origin-refused', reason: this.#verdict.reason })
      }
    }
    return this.#verdict
  }

  validate(): Answer<AnySession> {
    return this.#once('cookie', () => this.#validateCookie())
  }

  validateBearerToken(): Answer<AnySession> {
    return this.#once('bearer', () => this.#validateBearer())
  }

  setSession(
    session: AnySession | null,
    { unsafeSkipOriginCheck = false }: { readonly unsafeSkipOriginCheck?: boolean } = {},
  ): void {
    const { setCookie } = this.#context
    if (!setCookie) {
      return fail('AUTH_COOKIES_DISABLED', 'Send auth.createSessionCookie() yourself in web() mode')
    }
    if (!unsafeSkipOriginCheck && !this.origin.trusted) {
      return fail('AUTH_UNTRUSTED_ORIGIN', `Cannot set a session: ${this.origin.reason}`)
    }
    this.vary.push('Cookie')
    setCookie(this.#auth.createSessionCookie(session), { renewal: false })
    this.#chosen = session && IssuedSession.tokenOf(session)
    this.#freshId = session?.sessionId
    this.invalidate()
  }

  invalidate(): void {
    this.#answers = {}
    this.#strong = true
  }

  /** Keeps an answer for the next who asks; a failure is not kept. */
  #once(name: 'cookie' | 'bearer', ask: () => Answer<AnySession>): Answer<AnySession> {
    const answers = this.#answers
    return (answers[name] ??= ask().catch((error: unknown) => {
      delete answers[name]
      throw error
    }))
  }

  async #validateCookie(): Answer<AnySession> {
    const token = this.#chosen === undefined ? this.#readCookie() : this.#chosen
    if (token === null) return null
    const knownFresh = this.#freshId
    const found = await this.#validateToken('cookie', token)
    const session = typeof found === 'string' ? null : found
    const renewed = session?.fresh && session.sessionId !== knownFresh
    const gone = (found === 'unknown' || found === 'expired') && this.#mayDeleteCookie()
    // While we waited, setSession may have spoken: then the cookie has nothing more to say.
    if ((renewed || gone) && this.#chosen === undefined) {
      this.#context.setCookie?.(this.#auth.createSessionCookie(session), { renewal: true })
    }
    return session
  }

  #readCookie(): string | null {
    this.vary.push('Cookie')
    if (!this.origin.trusted) return null
    const { request, sessionCookie } = this.#context
    const found =
      sessionCookie === undefined
        ? findSessionCookie(request, this.#auth.cookieName)
        : sessionCookie
    if (found === undefined) this.#auth.emit({ type: 'cookie-rejected', reason: 'ambiguous' })
    return found ?? null
  }

  async #validateBearer(): Answer<AnySession> {
    this.vary.push('Authorization')
    const token = findBearerToken(this.#context.request)
    const found = token === null ? '' : await this.#validateToken('bearer', token)
    return typeof found === 'string' ? null : found
  }

  async #validateToken(
    carrier: 'cookie' | 'bearer',
    token: string,
  ): Promise<AnySession | TokenRejection> {
    const { request, waitUntil } = this.#context
    const found = await this.#auth.validateToken(token, {
      consistency: this.#strong || !isSafe(request) ? 'strong' : 'eventual',
      mayRenew: () => request.method !== 'HEAD' && !this.#isPrefetch(),
      waitUntil,
      freshId: this.#freshId,
    })
    if (typeof found === 'string') {
      this.#auth.emit({ type: `${carrier}-rejected`, reason: found })
    } else {
      this.wasRead = true
      if (found.fresh) this.#freshId = found.sessionId
    }
    return found
  }

  /** A late answer must not delete the cookie of a sign-in that just happened elsewhere. */
  #mayDeleteCookie(): boolean {
    const { method, headers } = this.#context.request
    return (
      method === 'GET' &&
      !this.#auth.staleMisses &&
      headers.get('Sec-Fetch-Mode') === 'navigate' &&
      !this.#isPrefetch()
    )
  }

  #isPrefetch(): boolean {
    return /prefetch/i.test(this.#context.request.headers.get('Sec-Purpose') ?? '')
  }
}
