/** One request's view of its session. No other module collects cookies. */
import type { TokenResult, ValidateOptions } from './session-api.ts'
import { LONGEST_HEADER, findCookies } from './cookie.ts'
import {
  type CheckOrigin,
  type OriginRequest,
  type OriginResult,
  SAFE,
  UNTRUSTED,
  isSafe,
} from './csrf.ts'
import { fail } from './error.ts'
import type { AuthEvent, TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { SessionCookie, SessionCookies } from './session-cookie.ts'
import { tokenOf } from './issued-session.ts'
import type { SessionFields } from './session-lifetime.ts'
import { ROUTE_LENGTH, type StoreTraits } from './store.ts'
import { parseToken } from './token.ts'

/** One request's view of its session, where no cookie can be sent: `web()` mode. */
export interface ReadonlyAuthRequest<AnySession> {
  /** Whether this request may use a cookie, so that an app can answer 403 and not 401. Judged when first asked. */
  readonly origin: OriginResult
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
  /** Forgets the answers: the next `validate()` reads the store again, and strongly. */
  invalidate(): void
}

/** One request's view of its session. */
export interface AuthRequest<AnySession> extends ReadonlyAuthRequest<AnySession> {
  /**
   * Sets the session cookie on the response, or with `null` deletes it. From then on this
   * AuthRequest returns that session.
   *
   * Revokes nothing in the store: call `auth.invalidateSession(session.sessionId)` to sign out.
   *
   * @param session What `createSession` or `validate` gave, not a copy; or `null`.
   * @param options `unsafeSkipOriginCheck` is for a callback that has checked its own `state`.
   * @throws {AuthError} `AUTH_UNTRUSTED_ORIGIN` on a request that the CSRF rules refuse.
   * @throws {AuthError} `AUTH_COOKIES_DISABLED` in `web()` mode.
   * @throws {AuthError} `AUTH_RESPONSE_SENT` when the response has left, as inside a streamed body.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token.
   */
  setSession(
    session: AnySession | null,
    options?: { readonly unsafeSkipOriginCheck?: boolean | undefined },
  ): void
}

/** What an AuthRequest needs of the `auth` object: its calls, and the settings for requests. */
export interface RequestAuth<AnySession> {
  validateToken(options: ValidateOptions): Promise<TokenResult<AnySession>>
  createSessionCookie(session: AnySession | null, isAlone?: boolean): SessionCookie
  readonly cookies: SessionCookies
  readonly secure: boolean
  /** Whether a request came to this machine itself, without a proxy that is known. */
  readonly isLocal: (request: OriginRequest) => boolean
  readonly checkOrigin: CheckOrigin
  readonly emit: (event: AuthEvent) => unknown
  readonly store: { readonly traits?: StoreTraits | undefined }
}

/** The token in a request's session cookie; `null` when there is none, or several. */
export function readSessionCookie(
  { headers }: Pick<OriginRequest, 'headers'>,
  { names }: SessionCookies,
): string | null {
  const header = cookieHeader(headers) ?? ''
  const [tokens = []] = names
    .map(([name]) => findCookies(header, name))
    .filter(({ length }) => length)
  return (tokens.length === 1 && tokens[0]) || null
}

/** A request's `Cookie` header; `null` where it is too large to be read. */
function cookieHeader(headers: Pick<Headers, 'get'>): string | null {
  const header = headers.get('Cookie') ?? ''
  return header.length > LONGEST_HEADER ? null : header
}

/** The raw token of a request's `Authorization: Bearer` header, or `null`. */
export function findBearerToken({ headers }: Pick<OriginRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? null
}

const MALFORMED = { valid: false, reason: 'malformed' } as const

/** The request header that carries a token. */
type Carrier = 'Cookie' | 'Authorization'

/** The tokens under one name, and how many of them the app can have set. */
type Tokens = readonly [tokens: readonly string[], forms: number]

/** Opens one request's view of its session. */
export class OpenAuthRequest<
  AnySession extends SessionFields<object>,
> implements AuthRequest<AnySession> {
  readonly vary: string[] = []
  wasRead = false
  readonly #auth: RequestAuth<AnySession>
  readonly #context: RequestContext
  /** Whether there was a response to put cookies on. */
  readonly #hasResponse: boolean
  #origin: OriginResult | undefined
  #cookie: SessionCookie | undefined
  #answers: { [carrier in Carrier]?: Promise<AnySession | null> } = {}
  #isStrong = false
  /** What `setSession` chose: a token, `null` for signed out, `undefined` while the cookie decides. */
  #chosen: string | null | undefined
  /** Which session was made fresh by this request. */
  readonly #fresh: { [carrier in Carrier]?: boolean } = {}

  constructor(auth: RequestAuth<AnySession>, context: RequestContext) {
    this.#auth = auth
    this.#context = context
    this.#hasResponse = context.setCookie !== undefined
  }

  // Checked when it is first read: most visitors are anonymous, and each header costs a microsecond.
  get origin(): OriginResult {
    return (this.#origin ??= this.#auth.checkOrigin(this.#context.request))
  }

  /** Whether the response has left, so that no cookie and no header can be added to it. */
  get isResponseSent(): boolean {
    return this.#hasResponse && this.#context.setCookie === undefined
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
    options?: { readonly unsafeSkipOriginCheck?: boolean | undefined },
  ): void {
    const auth = this.#auth
    const { request } = this.#context
    if (this.isResponseSent) {
      fail(
        'AUTH_RESPONSE_SENT',
        'setSession() was called after the response had left. Await what comes before it.',
      )
    }
    if (!this.#hasResponse) {
      fail(
        'AUTH_COOKIES_DISABLED',
        'web() cannot set cookies: use an adapter, or send auth.createSessionCookie(session).serialize() yourself.',
      )
    }
    const { origin } = this
    if (!(origin.trusted || options?.unsafeSkipOriginCheck === true)) {
      fail('AUTH_UNTRUSTED_ORIGIN', `${origin.reason}: ${UNTRUSTED[origin.reason]}`)
    }
    this.#setCookie(session, false)
    this.vary.push('Cookie')
    this.#chosen = session ? tokenOf(session) : null
    this.#fresh.Cookie = true
    this.invalidate()
    // An https origin behind a local URL: a proxy that ends TLS.
    const isHttp = ![request.url, request.headers.get('Origin')].some((at) =>
      /^https:/i.test(at ?? ''),
    )
    if (session && auth.secure && isHttp && auth.isLocal(request)) {
      auth.emit({ type: 'secure-cookie-over-http' })
    }
  }

  invalidate(): void {
    this.#answers = {}
    this.#isStrong = true
  }

  async #validate(carrier: Carrier): Promise<AnySession | null> {
    const answers = this.#answers
    try {
      return await this.#find(carrier)
    } catch (error) {
      // By now the promise is in its place, also where nothing was awaited before.
      await Promise.resolve()
      // Do not cache a rejection. Mark it handled: the caller may attach its handler later.
      answers[carrier]?.catch(() => {})
      delete answers[carrier]
      throw error
    }
  }

  async #find(carrier: Carrier): Promise<AnySession | null> {
    const auth = this.#auth
    const { request } = this.#context
    const isCookie = carrier === 'Cookie'
    this.vary.push(carrier)
    const groups = this.#tokensIn(carrier)
    const reasons: TokenRejection[] = groups ? [] : ['header-too-large']
    // A name that the app had before counts only where the present one opens nothing: with a
    // "__Host-" prefix no other host can set the present one.
    for (const [tokens, forms] of groups ?? []) {
      const sessions: AnySession[] = []
      // More than this app can have set: another host has set one of them.
      const isAmbiguous = tokens.length > forms
      for (const token of isAmbiguous ? [] : tokens) {
        // Reject malformed tokens before the origin check, which reads two more headers.
        const isToken = parseToken(token, auth.store.traits?.routed ? ROUTE_LENGTH : 0) !== null
        if (isToken && isCookie && this.#chosen === undefined && !this.origin.trusted) return null
        const result = isToken ? await this.#read(carrier, token) : MALFORMED
        if (result.valid) sessions.push(result.session)
        else reasons.push(result.reason)
      }
      const [session, other] = sessions
      if (isAmbiguous || other) {
        reasons.unshift('ambiguous')
        break
      }
      if (session) return this.#found(carrier, session)
    }
    const [reason] = reasons
    if (!reason) return null
    if (
      // A late answer must not delete the cookie of a sign-in that just happened elsewhere.
      isCookie &&
      reasons.length === 1 &&
      (reason === 'unknown' || reason === 'expired') &&
      request.method === 'GET' &&
      request.headers.get('Sec-Fetch-Mode') === 'navigate' &&
      !auth.store.traits?.staleMisses &&
      // Ports share cookies: it can be the cookie of another app on this machine.
      !auth.isLocal(request) &&
      this.#mayChangeCookie()
    ) {
      this.#setCookie(null, true)
    }
    auth.emit({ type: 'token-rejected', carrier, reason })
    return null
  }

  #found(carrier: Carrier, session: AnySession): AnySession {
    const fresh = this.#fresh
    if (!this.wasRead) {
      this.wasRead = true
      if (this.isResponseSent) {
        this.#auth.emit({ type: 'validated-late', sessionId: session.sessionId })
      } else this.#context.onSession?.()
    }
    if (carrier === 'Cookie' && session.fresh && !fresh.Cookie) this.#setCookie(session, true)
    fresh[carrier] ||= session.fresh
    return session
  }

  #read(carrier: Carrier, token: string): Promise<TokenResult<AnySession>> {
    const context = this.#context
    const isUnsafe = carrier === 'Cookie' ? this.origin !== SAFE : !isSafe(context.request)
    return this.#auth.validateToken({
      token,
      consistency: this.#isStrong || isUnsafe ? 'strong' : 'eventual',
      mayRenew: () => this.#mayChangeCookie(),
      fresh: this.#fresh[carrier],
      // A getter: some frameworks throw when their execution context is read where there is none.
      get waitUntil() {
        return context.waitUntil
      },
    })
  }

  /** The tokens under each name; `null` for a header that is too large to be read. */
  #tokensIn(carrier: Carrier): readonly Tokens[] | null {
    const { request, sessionCookie } = this.#context
    const cookie = this.#chosen === undefined ? sessionCookie : this.#chosen
    const token = carrier === 'Cookie' ? cookie : findBearerToken(request)
    if (token !== undefined) return token === null ? [] : [[[token], 1]]
    const header = cookieHeader(request.headers)
    return header === null
      ? null
      : this.#auth.cookies.names.map(([name, forms]) => [findCookies(header, name), forms])
  }

  /** Whether this request may renew a session, or delete the cookie of one that is gone. */
  #mayChangeCookie(): boolean {
    const { request } = this.#context
    return (
      !this.isResponseSent &&
      request.method !== 'HEAD' &&
      !/prefetch/i.test(request.headers.get('Sec-Purpose') ?? '')
    )
  }

  #setCookie(session: AnySession | null, renewal: boolean): void {
    // `setSession()` may have been called while we awaited the store; its cookie wins.
    if (renewal && this.#chosen !== undefined) return
    const auth = this.#auth
    const before = this.#cookie
    // Several session cookies, which only deleting the others resolves.
    const header = renewal ? '' : (cookieHeader(this.#context.request.headers) ?? '')
    const isAmbiguous = findCookies(header, auth.cookies.names[0]![0]).length > 1
    this.#cookie = { ...auth.createSessionCookie(session, isAmbiguous), renewal }
    const lose = () => auth.emit({ type: 'cookie-lost' })
    try {
      const taken: unknown = this.#context.setCookie?.(this.#cookie)
      // An async sink fails later, where nobody would handle it.
      if (taken instanceof Promise) taken.catch(lose)
    } catch (error) {
      this.#cookie = before
      if (!renewal) throw error
      lose()
    }
  }
}
