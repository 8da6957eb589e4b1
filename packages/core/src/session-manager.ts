/** Creates, validates and revokes sessions: the calls of `auth` that need no request. */
import { checkedAttributes, isText, newAttributes } from './attributes.ts'
import { platformSha256 } from './digest.ts'
import { AuthError, fail, isAuthError } from './error.ts'
import type { AuthEvent, OptionalEvent, TokenRejection } from './event.ts'
import type { ExtensionSettings, SessionAddition } from './extension.ts'
import { issuedOf, withToken } from './issued-session.ts'
import {
  type Periods,
  type Session,
  type User,
  deadlinesOf,
  renewalOf,
  stateOf,
} from './session-lifetime.ts'
import {
  LIMIT_FORM,
  OBJECT_FORM,
  SESSION_EXPIRED_AT_CREATION,
  SESSION_ID_FORM,
  SESSION_ID_IS_TOKEN,
  SESSION_NOT_OF_USER,
  SESSION_UNKNOWN,
  SESSION_WITHOUT_TOKEN,
  USER_EXISTS,
  USER_ID_TEXT,
  USER_UNKNOWN,
  promisedResult,
  storeFailed,
  tokenRejected,
  wrongResult,
  wrongUserId,
} from './messages.ts'
import type { RequestContext } from './middleware.ts'
import { checkOption, isCount, isObject, isPromise, kindOf, shown } from './options.ts'
import type { StoredSession } from './per-session.ts'
import { routeOf } from './plain-ids.ts'
import type { SessionCookies } from './session-cookie.ts'
import type {
  IssuedSessionLike,
  MaxSessions,
  SessionApi,
  TokenResult,
  ValidateOptions,
} from './session-api.ts'
import { mergedAttributes } from './store-merge.ts'
import {
  type AnyStore,
  ROUTE_LENGTH,
  type SessionAndUser,
  type SessionRecord,
  type StoreCall,
  type EitherStore,
  type StoreId,
  type UserRecord,
} from './store.ts'
import { ID_BYTES, type TokenParts, randomText, sameHash } from './token.ts'

/** `waitUntil` is read only when a session is renewed: the getter of a framework can throw. */
type ValidationContext = Pick<RequestContext, 'waitUntil'> & Pick<ValidateOptions, 'request'>

/** The configuration of `limen()`, with its defaults. */
export interface Settings<UserAttributes, SessionAttributes, UserFields, Fields> extends Pick<
  ExtensionSettings,
  'onCreate' | 'admit' | 'adopt' | 'tokens'
> {
  readonly store: AnyStore<UserAttributes, SessionAttributes>
  readonly periodsOf: (session: StoredSession<SessionAttributes>) => Periods
  readonly isPersistent: (session: StoredSession<SessionAttributes>) => boolean
  readonly maxSessionsPerUser?: MaxSessions | undefined
  readonly cookies: SessionCookies
  readonly getUserAttributes?: ((attributes: Readonly<UserAttributes>) => UserFields) | undefined
  readonly getSessionAttributes?: ((attributes: Readonly<SessionAttributes>) => Fields) | undefined
  readonly onEvent: (event: AuthEvent) => unknown
  readonly events?: readonly OptionalEvent[] | undefined
  readonly now: () => number
}

/** What a session object has invisibly. */
interface SessionToken extends Pick<SessionAddition, 'withCookie'> {
  readonly token: string
}

/** A session to store, with its token. */
interface NewSession<SessionAttributes> extends SessionToken {
  readonly record: SessionRecord<SessionAttributes>
}

/** The calls on sessions and users: the public ones, and one for requests. */
interface SessionManager<UserAttributes, SessionAttributes, UserFields, Fields> {
  readonly sessions: SessionApi<UserAttributes, SessionAttributes, UserFields, Fields>
  readonly validateParts: ValidateParts<Session<UserFields, Fields>>
}

/** As `validateToken()`, for a token that was parsed; `null` for one of another format. */
export type ValidateParts<AnySession> = (
  parts: TokenParts | null,
  options: ValidateOptions,
  context: ValidationContext,
) => Promise<TokenResult<AnySession>>

/** Creates the calls on sessions and users. */
export function sessionManager<UserAttributes, SessionAttributes, UserFields, Fields>(
  settings: Settings<UserAttributes, SessionAttributes, UserFields, Fields>,
): SessionManager<UserAttributes, SessionAttributes, UserFields, Fields> {
  type AnySession = Session<UserFields, Fields>
  type AnyUser = User<UserFields>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Calls = Required<Omit<EitherStore<UserAttributes, SessionAttributes>, 'traits'>>
  const { periodsOf, onEvent, now, tokens } = settings
  const sha256 = platformSha256()
  const store = settings.store as EitherStore<UserAttributes, SessionAttributes>
  const routeLength = store.traits?.routed ? ROUTE_LENGTH : 0

  const sessions: SessionApi<UserAttributes, SessionAttributes, UserFields, Fields> = {
    async createSession(options) {
      const { userId, attributes: given = {} } = options ?? {}
      checkUserId(userId)
      const created = await newSession(userId, newAttributes(given) as SessionAttributes)
      const { record } = created
      const user = (await insert(record)) ?? unknownUser()
      try {
        const session = issued(created, user)
        onEvent({ type: 'created', sessionId: record.id, userId })
        return session
      } catch (error) {
        // No client has its token. If it cannot be deleted now, it expires like any other session.
        await callStore('delete', sessionKey(record.id)).catch(() => {})
        throw error
      }
    },

    async replaceSession(replaced, changes) {
      const [id] = tokens.parse(issuedToken(replaced)) ?? withoutToken()
      const key = sessionKey(id)
      const { userId: given, attributes: update = {} } = changes ?? {}
      const changed = checkedAttributes(update) as Partial<SessionAttributes>
      if (given !== undefined) checkUserId(given)
      const found = await callStore('read', key, { consistency: 'strong' })
      if (!found || !toSession(found)) fail('AUTH_INVALID_SESSION_ID', SESSION_UNKNOWN)
      const { userId: owner, attributes } = found.session
      const userId = given ?? owner
      const user =
        userId === owner
          ? found.user
          : ((await callStore('readUser', await userKey(userId))) ?? unknownUser())
      const created = await newSession(userId, mergedAttributes(attributes, changed))
      // Before the replaced session ends: when a function of the app fails, the visitor stays signed in.
      const session = issued(created, user)
      const { record } = created
      if (!(await insert(record, key))) fail('AUTH_INVALID_SESSION_ID', SESSION_UNKNOWN)
      onEvent({ type: 'replaced', sessionId: record.id, userId, replaced: id })
      return session
    },

    createSessionCookie(session: IssuedSessionLike | null, deletesTwin?: boolean) {
      // Only `null` signs out: `undefined` or '' is a mistake of the app.
      if (session === null) return settings.cookies.make('', 0, deletesTwin)
      const { token, persistent, withCookie } = issuedOf(session) ?? withoutToken()
      const life = +(session as unknown as AnySession).idlePeriodExpiresAt - now()
      const maxAge = persistent ? Math.max(0, Math.ceil(life / 1000)) : undefined
      const cookie = settings.cookies.make(token, maxAge, deletesTwin)
      return withCookie ? withCookie(cookie) : cookie
    },

    createBearerToken: issuedToken,

    validateToken: (options) => validateParts(tokens.parse(options.token), options),

    async validateSession(token) {
      const result = await sessions.validateToken({ token, consistency: 'strong' })
      if (!result.valid) fail('AUTH_INVALID_SESSION_ID', tokenRejected(result.reason))
      return result.session
    },

    getSession,

    async getAllUserSessions(userId) {
      if (!isText(userId)) return []
      return (await callStore('listByUser', await userKey(userId))).flatMap(
        (found) => toSession(found) ?? [],
      )
    },

    async updateSessionAttributes(sessionId, attributes) {
      checkSessionId(sessionId)
      const changes = checkedAttributes(attributes) as Partial<SessionAttributes>
      await callStore('update', sessionKey(sessionId), changes)
      return (await getSession(sessionId)) ?? fail('AUTH_INVALID_SESSION_ID', SESSION_UNKNOWN)
    },

    async invalidateSession(sessionId, options) {
      checkSessionId(sessionId)
      const key = sessionKey(sessionId)
      if (options) {
        const { userId } = options
        // A forgotten user id must not turn the check off.
        checkUserId(userId)
        const found = await callStore('read', key, { consistency: 'strong' })
        if (found?.session.userId !== userId) fail('AUTH_INVALID_SESSION_ID', SESSION_NOT_OF_USER)
      }
      await callStore('delete', key)
      onEvent({ type: 'invalidated', sessionId })
    },

    async invalidateAllUserSessions(userId, options) {
      checkUserId(userId)
      const except = options?.except ?? undefined
      if (except !== undefined) checkSessionId(except)
      await callStore('deleteByUser', await userKey(userId), { except })
      onEvent({ type: 'invalidated', userId, except })
    },

    async deleteExpiredSessions(options) {
      const { limit = 1000 } = options ?? {}
      checkOption(isCount(limit), 'deleteExpiredSessions(): limit', LIMIT_FORM, shown(limit))
      return store.deleteExpired ? callStore('deleteExpired', { now: now(), limit }) : 0
    },

    async createUser(created) {
      const { userId: id = randomText(ID_BYTES), attributes: given = {} } = created ?? {}
      checkUserId(id)
      const attributes = newAttributes(given) as UserAttributes
      // Before the user is stored: when getUserAttributes throws, nothing must be stored.
      const user = toUser({ id, attributes: structuredClone(attributes) })
      if (await callStore('createUser', { id: await userKey(id), attributes })) return user
      return fail('AUTH_DUPLICATE_USER_ID', USER_EXISTS)
    },

    getUser,

    async updateUserAttributes(userId, attributes) {
      checkUserId(userId)
      const changes = checkedAttributes(attributes) as Partial<UserAttributes>
      await callStore('updateUser', await userKey(userId), changes)
      return (await getUser(userId)) ?? unknownUser()
    },

    async deleteUser(userId) {
      checkUserId(userId)
      await callStore('deleteUser', await userKey(userId))
      onEvent({ type: 'invalidated', userId })
    },
  }

  return { sessions, validateParts }

  async function validateParts(
    parts: TokenParts | null,
    options: ValidateOptions,
    context: ValidationContext = options,
    consistency = options.consistency,
    isAdopted = false,
  ): Promise<TokenResult<AnySession>> {
    const { token, mayRenew, fresh } = options
    if (!parts) {
      // As a renewal: where no cookie can be sent, the other token must stay usable.
      const adopted = mayRenew?.() === false ? null : await settings.adopt?.(token, context.request)
      const own = adopted ? tokens.parse(adopted) : null
      if (!own) return rejected('malformed')
      const ownOptions = { ...options, token: adopted!, fresh: true }
      return validateParts(own, ownOptions, context, 'strong', true)
    }
    const [id, secret] = parts
    // Not awaited yet: a promise resolves while the store is being read.
    const hash = sha256(secret)
    const found = await callStore('read', sessionKey(id), { consistency })
    if (!found) return rejected('unknown')
    if (!sameHash(await hash, found.session.secretHash)) return rejected('secret-mismatch')
    const { admit } = settings
    if (admit && (await admit(found.session, context.request, isAdopted)) !== true) {
      return rejected('unproven')
    }

    let session = toSession(found, { token }, fresh)
    if (!session) {
      if (consistency === 'strong') return rejected('expired')
      // A stale copy can look expired when the session was renewed a moment ago.
      return validateParts(parts, options, context, 'strong', isAdopted)
    }
    if (session.state === 'idle' && mayRenew?.() !== false) {
      const deadlines = deadlinesOf(found.session, periodsOf(found.session), now())
      const work = callStore('renew', sessionKey(id), deadlines).then((exists) => {
        if (exists) onEvent({ type: 'renewed', sessionId: id, userId: found.user.id })
        return exists
      })
      if (!inBackground(work, context) && !(await work)) return rejected('unknown')
      session = toSession(
        { ...found, session: { ...found.session, ...deadlines } },
        { token },
        true,
      )
      if (!session) return rejected('expired')
    }
    if (settings.events?.includes('validated')) {
      onEvent({ type: 'validated', sessionId: id, userId: found.user.id })
    }
    return { valid: true, session }
  }

  /** A session to store, with its token. */
  async function newSession(
    userId: string,
    attributes: SessionAttributes,
  ): Promise<NewSession<SessionAttributes>> {
    const { id, secret, token } = tokens.create(routeLength ? await routeOf(userId) : '')
    const secretHash = await sha256(secret)
    const createdAt = now()
    const unsaved = { id, userId, secretHash, createdAt, attributes }
    // Before the session is stored: when a function of the session fails, nothing must be stored.
    settings.isPersistent(unsaved)
    const record = { ...unsaved, ...deadlinesOf(unsaved, periodsOf(unsaved), createdAt) }
    const { attributes: added = {}, withCookie } = (await settings.onCreate?.(record)) ?? {}
    const all = { ...attributes, ...newAttributes(added) }
    return { record: { ...record, attributes: all }, token, withCookie }
  }

  function insert(record: SessionRecord<SessionAttributes>, replaces?: StoreId) {
    const { maxSessionsPerUser: limited } = settings
    const stored = { ...record, id: sessionKey(record.id) }
    if (!limited && !replaces) return callStore('insert', stored)
    const limit = limited && { most: limited.limit, onLimit: limited.onLimit, now: now() }
    return callStore('insert', stored, { replaces, limit })
  }

  /** The app's view of a new session, with its token. */
  function issued(
    { record: session, ...issuedWith }: NewSession<SessionAttributes>,
    user: UserRecord<UserAttributes>,
  ): AnySession {
    return (
      toSession({ session, user }, issuedWith, true) ??
      fail('AUTH_INVALID_SESSION_ID', SESSION_EXPIRED_AT_CREATION)
    )
  }

  async function getSession(sessionId: string): Promise<AnySession | null> {
    if (!tokens.isId(sessionId)) return null
    const found = await callStore('read', sessionKey(sessionId), { consistency: 'strong' })
    return found && toSession(found)
  }

  async function getUser(userId: string): Promise<AnyUser | null> {
    const user = isText(userId) ? await callStore('readUser', await userKey(userId)) : null
    return user && toUser(user)
  }

  /** Creates the app's view of a stored session, or returns `null` when it has expired. */
  function toSession(
    { session, user }: Found,
    issuedWith?: SessionToken,
    fresh = false,
  ): AnySession | null {
    const periods = periodsOf(session)
    const deadlines = deadlinesOf(session, periods)
    const time = now()
    const state = stateOf(deadlines, time)
    if (!state) return null
    const view = {
      ...chosen('getSessionAttributes', session.attributes),
      sessionId: session.id,
      user: toUser(user),
      createdAt: new Date(session.createdAt),
      renewedAt: new Date(renewalOf(session, periods, time)),
      activePeriodExpiresAt: new Date(deadlines.activePeriodExpiresAt),
      idlePeriodExpiresAt: new Date(deadlines.idlePeriodExpiresAt),
      state,
      fresh,
    } as AnySession
    if (!issuedWith) return view
    return withToken(view, { ...issuedWith, persistent: settings.isPersistent(session) })
  }

  function toUser({ id, attributes }: UserRecord<UserAttributes>): AnyUser {
    return { ...chosen('getUserAttributes', attributes), userId: id } as AnyUser
  }

  /** The fields that the app chose of stored attributes. */
  function chosen(
    option: 'getUserAttributes' | 'getSessionAttributes',
    attributes: UserAttributes | SessionAttributes,
  ): object | undefined {
    const choose = settings[option] as ((attributes: unknown) => unknown) | undefined
    const fields = choose?.(attributes)
    if (fields === undefined || fields === null) return undefined
    if (!isObject(fields)) fail('AUTH_CONFIG', wrongResult(option, OBJECT_FORM, kindOf(fields)))
    if (isPromise(fields)) fail('AUTH_CONFIG', promisedResult(option, OBJECT_FORM))
    return fields
  }

  function checkSessionId(sessionId: unknown): void {
    // The format of an extension can have ids that are tokens, as Lucia's are.
    if (tokens.isId(sessionId)) return
    const isToken = tokens.parse(sessionId) !== null
    fail('AUTH_INVALID_SESSION_ID', isToken ? SESSION_ID_IS_TOKEN : SESSION_ID_FORM)
  }

  /** A user's id as the store receives it. */
  async function userKey(id: string): Promise<StoreId> {
    return routeLength ? { route: await routeOf(id), id } : id
  }

  /** A session's id as the store receives it. */
  function sessionKey(id: string): StoreId {
    return routeLength ? { route: id.slice(0, routeLength), id } : id
  }

  /** Calls the store. Its failure becomes an {@link AuthError}, never a sign-out. */
  async function callStore<Call extends StoreCall>(
    call: Call,
    ...args: Parameters<Calls[Call]>
  ): Promise<Awaited<ReturnType<Calls[Call]>>> {
    try {
      const method = store[call] as (...args: Parameters<Calls[Call]>) => ReturnType<Calls[Call]>
      return await method.apply(store, args)
    } catch (cause) {
      const error = isAuthError(cause)
        ? cause
        : new AuthError('AUTH_STORE_UNAVAILABLE', storeFailed(call), { cause })
      const { code } = error
      if (code === 'AUTH_STORE_UNAVAILABLE' || code === 'AUTH_STORE_REJECTED') {
        onEvent({ type: 'store-failed', call, code })
      }
      throw error
    }
  }
}

function rejected(reason: TokenRejection): TokenResult<never> {
  return { valid: false, reason }
}

function issuedToken(session: unknown): string {
  return (issuedOf(session) ?? withoutToken()).token
}

function withoutToken(): never {
  return fail('AUTH_INVALID_SESSION_ID', SESSION_WITHOUT_TOKEN)
}

/** Passes a write to `waitUntil`, and returns whether it took it. `onEvent` receives a failure of the write. */
function inBackground(work: Promise<unknown>, context: ValidationContext): boolean {
  try {
    if (!context.waitUntil) return false
    context.waitUntil(work.catch(() => {}))
    return true
  } catch {
    return false
  }
}

function checkUserId(userId: unknown): void {
  // Engines convert other types before they compare them: in MySQL, 0 equals every name.
  if (typeof userId !== 'string') fail('AUTH_INVALID_USER_ID', wrongUserId(kindOf(userId)))
  if (!isText(userId)) fail('AUTH_INVALID_USER_ID', USER_ID_TEXT)
}

function unknownUser(): never {
  return fail('AUTH_INVALID_USER_ID', USER_UNKNOWN)
}
