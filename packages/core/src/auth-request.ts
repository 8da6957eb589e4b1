/** One request's view of its session. No other module collects cookies. */
import {
  type CheckOrigin,
  type OriginRequest,
  type OriginResult,
  SAFE,
  isHttpsUrl,
  isSafe,
} from './csrf.ts'
import { AuthError, fail } from './error.ts'
import type { AuthEvent, TokenRejection } from './event.ts'
import type { ExtensionSettings } from './extension.ts'
import { issuedOf } from './issued-session.ts'
import { COOKIES_DISABLED, RESPONSE_SENT, untrustedOrigin } from './messages.ts'
import type { RequestContext } from './middleware.ts'
import { readBearerToken } from './request-token.ts'
import type { TokenResult } from './session-api.ts'
import type { CookieSearch, SessionCookie, SessionCookies } from './session-cookie.ts'
import type { SessionFields } from './session-lifetime.ts'
import type { ValidateParts } from './session-manager.ts'
import type { StoreTraits } from './store.ts'
import type { TokenFormat, TokenParts } from './token.ts'

/** One request's view of its session where no cookie can be sent: `web()` mode. */
export interface ReadonlyAuthRequest<AnySession> {
  /** Whether this request may use a cookie, so that an app can send 403 instead of 401. Checked at the first read. */
  readonly origin: OriginResult
  /** Returns the pending session cookie, if any. A function, so that no log shows a token. */
  readonly cookie: () => SessionCookie | undefined
  /** True once a session was found: the response is private. */
  readonly isPrivate: boolean
  /** The request headers that the results so far depend on. */
  readonly vary: readonly string[]
  /**
   * Validates the session cookie of this request. An idle session is renewed. The store is read once,
   * however often this is called.
   *
   * @returns The session, or `null` when there is none or the request comes from an untrusted origin.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read; the next call reads
   * again.
   */
  validate(): Promise<AnySession | null>
  /**
   * Validates the `Authorization: Bearer` header of this request. Its result is stored separately from
   * the cookie's, and no origin is checked: a browser does not send that header by itself.
   *
   * @returns The session, or `null` when there is none.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read; the next call reads
   * again.
   */
  validateBearerToken(): Promise<AnySession | null>
  /**
   * Discards the results: the next `validate()` reads the store again, with strong consistency. It
   * revokes nothing: for that, call `auth.invalidateSession()`.
   */
  invalidate(): void
}

/** One request's view of its session. */
export interface AuthRequest<AnySession> extends ReadonlyAuthRequest<AnySession> {
  /**
   * Sets the session cookie on the response, or with `null` deletes it. From then on this AuthRequest
   * returns that session.
   *
   * It revokes nothing in the store: to sign out, also call `auth.invalidateSession(session.sessionId)`.
   *
   * @param session The session that `createSession` or `validate` returned, not a copy; or `null`.
   * @param options `unsafeSkipOriginCheck` is for a callback that has checked its own `state`.
   * @throws {AuthError} `AUTH_UNTRUSTED_ORIGIN` on a request that the CSRF rules refuse.
   * @throws {AuthError} `AUTH_COOKIES_DISABLED` in `web()` mode.
   * @throws {AuthError} `AUTH_RESPONSE_SENT` when the response was sent, as inside a streamed body.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token.
   */
  setSession(
    session: AnySession | null,
    options?: { readonly unsafeSkipOriginCheck?: boolean | undefined },
  ): void
}

/** The part of an `auth` object that an AuthRequest uses. */
export interface RequestAuth<AnySession> {
  readonly validateParts: ValidateParts<AnySession>
  createSessionCookie(session: AnySession | null, deletesTwin?: boolean): SessionCookie
  readonly cookies: SessionCookies
  readonly tokens: TokenFormat
  readonly adopt?: ExtensionSettings['adopt']
  readonly secure: boolean
  /** Whether a request was sent to this machine itself, as far as is known. */
  readonly isLocal: (request: OriginRequest) => boolean
  readonly checkOrigin: CheckOrigin
  readonly onEvent: (event: AuthEvent) => unknown
  readonly store: { readonly traits?: StoreTraits | undefined }
}

/** The request header that carries a token. */
type Carrier = 'Cookie' | 'Authorization'

const MALFORMED = { valid: false, reason: 'malformed' } as const

/** Opens one request's view of its session. */
export class OpenAuthRequest<
  AnySession extends SessionFields<object>,
> implements AuthRequest<AnySession> {
  readonly vary: string[] = []
  isPrivate = false
  readonly #auth: RequestAuth<AnySession>
  readonly #context: RequestContext
  /** Whether the context had a response for cookies at first. */
  readonly #hasResponse: boolean
  #origin: OriginResult | undefined
  #cookie: SessionCookie | undefined
  #results: { [carrier in Carrier]?: Promise<AnySession | null> } = {}
  #isStrong = false
  /** What `setSession` set: a token, `null` for signed out, `undefined` while the cookie decides. */
  #chosen: string | null | undefined
  /** Whether this request made the session of a carrier fresh. */
  readonly #fresh: { [carrier in Carrier]?: boolean } = {}

  constructor(auth: RequestAuth<AnySession>, context: RequestContext) {
    this.#auth = auth
    this.#context = context
    this.#hasResponse = context.setCookie !== undefined
  }

  // Checked at the first read: most visitors are anonymous, and each header costs a microsecond.
  get origin(): OriginResult {
    return (this.#origin ??= this.#auth.checkOrigin(this.#context.request))
  }

  /** Whether the response was sent, so that no cookie and no header can be added to it. */
  get isResponseSent(): boolean {
    return this.#hasResponse && this.#context.setCookie === undefined
  }

  cookie(): SessionCookie | undefined {
    return this.#cookie
  }

  validate(): Promise<AnySession | null> {
    return (this.#results.Cookie ??= this.#begin('Cookie'))
  }

  validateBearerToken(): Promise<AnySession | null> {
    return (this.#results.Authorization ??= this.#begin('Authorization'))
  }

  setSession(
    session: AnySession | null,
    options?: { readonly unsafeSkipOriginCheck?: boolean | undefined },
  ): void {
    if (this.isResponseSent) fail('AUTH_RESPONSE_SENT', RESPONSE_SENT)
    if (!this.#hasResponse) fail('AUTH_COOKIES_DISABLED', COOKIES_DISABLED)
    const { origin } = this
    if (!origin.trusted && options?.unsafeSkipOriginCheck !== true) {
      const error = new AuthError('AUTH_UNTRUSTED_ORIGIN', untrustedOrigin(origin.reason))
      this.#context.refuse?.(error)
      throw error
    }
    this.#setCookie(session, false)
    this.vary.push('Cookie')
    this.#chosen = session && issuedOf(session)!.token
    this.#fresh.Cookie = true
    this.invalidate()
    const auth = this.#auth
    const { request } = this.#context
    // With an https origin, a proxy terminates TLS in front of a local URL.
    const isHttps = [request.url, request.headers.get('Origin')].some((url) =>
      isHttpsUrl(url ?? ''),
    )
    if (session && auth.secure && !isHttps && auth.isLocal(request)) {
      auth.onEvent({ type: 'secure-cookie-over-http' })
    }
  }

  invalidate(): void {
    this.#results = {}
    this.#isStrong = true
  }

  #begin(carrier: Carrier): Promise<AnySession | null> {
    const results = this.#results
    const result = this.#find(carrier)
    // Do not cache a rejection. This also marks it handled: the caller may attach its handler later.
    result.catch(() => delete results[carrier])
    return result
  }

  async #find(carrier: Carrier): Promise<AnySession | null> {
    this.vary.push(carrier)
    const search = this.#search(carrier)
    if (search.type === 'header-too-large') return this.#reject(carrier, [search.type])
    const reasons: TokenRejection[] = []
    // An earlier name counts only when the current one opens no session: no other host can set a
    // current name that has the prefix "__Host-".
    for (const { values, isAmbiguous } of search.candidates) {
      if (isAmbiguous) return this.#reject(carrier, ['ambiguous'])
      const sessions: AnySession[] = []
      let isAdopted = false
      for (const token of values) {
        const { tokens, adopt } = this.#auth
        const parts = tokens.parse(token)
        // Reject malformed tokens before the origin check, which reads two more headers.
        if ((parts || adopt) && !this.#mayUse(carrier)) return null
        const result = parts || adopt ? await this.#read(carrier, token, parts) : MALFORMED
        isAdopted ||= !parts && result.valid
        if (result.valid) sessions.push(result.session)
        else reasons.push(result.reason)
      }
      if (sessions.length > 1) return this.#reject(carrier, ['ambiguous'])
      const [session] = sessions
      if (session) {
        this.#accept(carrier, session)
        // The next validate() must not adopt the other token again.
        if (isAdopted && carrier === 'Cookie') this.#chosen ??= issuedOf(session)!.token
        return session
      }
    }
    return this.#reject(carrier, reasons)
  }

  /** The tokens to validate. */
  #search(carrier: Carrier): CookieSearch {
    const { request, sessionCookie } = this.#context
    const known = this.#chosen === undefined ? sessionCookie : this.#chosen
    const token = carrier === 'Cookie' ? known : readBearerToken(request)
    if (token === undefined) return this.#auth.cookies.find(request.headers)
    const values = token === null ? [] : [token]
    return { type: 'found', candidates: [{ values, isAmbiguous: false }] }
  }

  /** Whether the CSRF rules let this request use a token that a browser sends by itself. */
  #mayUse(carrier: Carrier): boolean {
    return carrier !== 'Cookie' || this.#chosen !== undefined || this.origin.trusted
  }

  #read(
    carrier: Carrier,
    token: string,
    parts: TokenParts | null,
  ): Promise<TokenResult<AnySession>> {
    const context = this.#context
    const isUnsafe = carrier === 'Cookie' ? this.origin !== SAFE : !isSafe(context.request)
    const options = {
      token,
      consistency: this.#isStrong || isUnsafe ? ('strong' as const) : ('eventual' as const),
      mayRenew: () => this.#mayChangeCookie(),
      fresh: this.#fresh[carrier],
    }
    return this.#auth.validateParts(parts, options, context)
  }

  #accept(carrier: Carrier, session: AnySession): void {
    const fresh = this.#fresh
    if (!this.isPrivate) {
      this.isPrivate = true
      if (this.isResponseSent) {
        this.#auth.onEvent({ type: 'validated-late', sessionId: session.sessionId })
      } else this.#context.onSession?.()
    }
    if (carrier === 'Cookie' && session.fresh && !fresh.Cookie) this.#setCookie(session, true)
    fresh[carrier] ||= session.fresh
  }

  #reject(carrier: Carrier, reasons: readonly TokenRejection[]): null {
    const [reason] = reasons
    if (!reason) return null
    const isDeleted = reasons.length === 1 && (reason === 'unknown' || reason === 'expired')
    if (isDeleted && carrier === 'Cookie' && this.#mayDeleteCookie()) this.#setCookie(null, true)
    this.#auth.onEvent({ type: 'token-rejected', carrier, reason })
    return null
  }

  /** Whether a cookie that opens no session is deleted. */
  #mayDeleteCookie(): boolean {
    const { request } = this.#context
    return (
      // A late response to another request must not delete the cookie of a new sign-in.
      request.method === 'GET' &&
      request.headers.get('Sec-Fetch-Mode') === 'navigate' &&
      !this.#auth.store.traits?.staleMisses &&
      // All ports of a host share cookies: this can be the cookie of another app on this machine.
      !this.#auth.isLocal(request) &&
      this.#mayChangeCookie()
    )
  }

  /** Whether this request may renew a session, or delete the cookie of an expired or deleted one. */
  #mayChangeCookie(): boolean {
    const { mayRenew, request } = this.#context
    return (
      !this.isResponseSent &&
      mayRenew?.() !== false &&
      request.method !== 'HEAD' &&
      !/prefetch/i.test(request.headers.get('Sec-Purpose') ?? '')
    )
  }

  #setCookie(session: AnySession | null, renewal: boolean): void {
    // `setSession()` may have been called while we awaited the store; its cookie wins.
    if (renewal && this.#chosen !== undefined) return
    const auth = this.#auth
    const before = this.#cookie
    this.#cookie = {
      ...auth.createSessionCookie(session, !renewal && this.#hasSeveralCookies()),
      renewal,
    }
    const onLost = () => auth.onEvent({ type: 'cookie-lost' })
    try {
      const taken: unknown = this.#context.setCookie?.(this.#cookie)
      // An async sink fails later, where its rejection would be unhandled.
      if (taken instanceof Promise) taken.catch(onLost)
    } catch (error) {
      this.#cookie = before
      if (!renewal) throw error
      onLost()
    }
  }

  /** Whether the browser sent several cookies of the current name: only deleting the others resolves that. */
  #hasSeveralCookies(): boolean {
    const search = this.#auth.cookies.find(this.#context.request.headers)
    return search.type === 'found' && (search.candidates[0]?.values.length ?? 0) > 1
  }
}
