/** Creates, validates and invalidates sessions. No other module reads the clock or calls the store. */
import { checkedAttributes, isText, newAttributes } from './attributes.ts'
import { sha256 } from './digest.ts'
import { AuthError, fail, isAuthError } from './error.ts'
import type { AuthEvent, NoisyEvent, TokenRejection } from './event.ts'
import {
  IssuedSession,
  type Periods,
  type Session,
  type User,
  deadlinesOf,
  stateOf,
} from './session.ts'
import type { RequestContext } from './middleware.ts'
import { checkOption, isObject, isPromise, shown } from './options.ts'
import type { SessionCookies } from './session-cookie.ts'
import type { IssuedSessionLike, Sessions, ValidateOptions } from './sessions.ts'
import type {
  Consistency,
  SessionAndUser,
  Store,
  StoreCall,
  StoreCalls,
  UserRecord,
} from './store.ts'
import {
  ID_BYTES,
  SECRET_BYTES,
  type TokenParts,
  isSessionId,
  parseToken,
  randomText,
  sameHash,
} from './token.ts'

/** What `limen()` settled from its configuration. */
export interface Settings<UserAttributes, SessionAttributes, UserFields, Fields> {
  readonly store: Store<UserAttributes, SessionAttributes>
  readonly periods: Periods
  readonly cookies: SessionCookies
  readonly getUserAttributes?: ((attributes: Readonly<UserAttributes>) => UserFields) | undefined
  readonly getSessionAttributes?: ((attributes: Readonly<SessionAttributes>) => Fields) | undefined
  readonly emit: (event: AuthEvent) => unknown
  readonly events?: readonly NoisyEvent[] | undefined
  readonly now: () => number
}

/** Joins the settings into the calls that keep sessions. */
export function sessionKeeper<UserAttributes, SessionAttributes, UserFields, Fields>(
  settings: Settings<UserAttributes, SessionAttributes, UserFields, Fields>,
): Sessions<UserAttributes, SessionAttributes, UserFields, Fields> {
  type AnySession = Session<UserFields, Fields>
  type AnyUser = User<UserFields>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Calls = StoreCalls<UserAttributes, SessionAttributes>
  const { periods, emit, now } = settings
  const store = settings.store as Calls & Pick<typeof settings.store, 'route' | 'routeLength'>
  const { routeLength } = store

  return {
    async createSession(created) {
      const { userId, attributes: given = {} } = created ?? {}
      checkUserId(userId)
      const attributes = newAttributes(given) as SessionAttributes
      const id = ((await store.route?.(userId)) ?? '') + randomText(ID_BYTES)
      const secret = randomText(SECRET_BYTES)
      const secretHash = await sha256(secret)
      const createdAt = now()
      const deadlines = deadlinesOf({ createdAt }, periods, createdAt)
      const session = { id, userId, secretHash, createdAt, ...deadlines, attributes }
      const user = (await ask('insert', session)) ?? noSuchUser()
      try {
        const created = toSession({ session, user }, `${id}.${secret}`, true)
        if (!created) noSuchSession('it expired while it was created')
        emit({ type: 'created', sessionId: id, userId })
        return created
      } catch (error) {
        // Nobody holds its token. If it cannot be deleted now, it expires like any other.
        await ask('delete', id).catch(() => {})
        throw error
      }
    },

    createSessionCookie(session: IssuedSessionLike | null, isAlone?: boolean) {
      if (!session) return settings.cookies.make('', 0, isAlone)
      const token = tokenOf(session)
      const life = +(session as unknown as AnySession).idlePeriodExpiresAt - now()
      return settings.cookies.make(token, Math.max(0, Math.ceil(life / 1000)), isAlone)
    },

    createBearerToken: tokenOf,

    validateToken,

    async validateSession(token) {
      const session = await validateToken(token, 'strong')
      return typeof session === 'string' ? noSuchSession(`the token is ${session}`) : session
    },

    getSession,

    async getAllUserSessions(userId) {
      if (!isText(userId)) return []
      return (await ask('listByUser', userId)).flatMap((found) => toSession(found) ?? [])
    },

    async updateSessionAttributes(sessionId, attributes) {
      checkSessionId(sessionId)
      await ask('update', sessionId, checkedAttributes(attributes) as Partial<SessionAttributes>)
      return (await getSession(sessionId)) ?? noSuchSession('it has been revoked or has expired')
    },

    async invalidateSession(sessionId) {
      checkSessionId(sessionId)
      await ask('delete', sessionId)
      emit({ type: 'invalidated', sessionId })
    },

    async invalidateAllUserSessions(userId, options) {
      checkUserId(userId)
      const except = options?.except ?? undefined
      if (except !== undefined) checkSessionId(except)
      await ask('deleteByUser', userId, { except })
      emit({ type: 'invalidated', userId, except })
    },

    async deleteExpiredSessions(options) {
      const { limit = 1000 } = options ?? {}
      const fits = Number.isSafeInteger(limit) && limit > 0
      checkOption(fits, 'deleteExpiredSessions(): limit', 'a whole number above 0', shown(limit))
      return ask('deleteExpired', { now: now(), limit })
    },

    async createUser(created) {
      const { userId: id = randomText(ID_BYTES), attributes: given = {} } = created ?? {}
      checkUserId(id)
      const attributes = newAttributes(given) as UserAttributes
      // Before it is stored: what getUserAttributes throws must not leave a user without a trace.
      const user = toUser({ id, attributes: structuredClone(attributes) })
      if (await ask('createUser', { id, attributes })) return user
      return fail('AUTH_DUPLICATE_USER_ID', 'There is such a user already')
    },

    getUser,

    async updateUserAttributes(userId, attributes) {
      checkUserId(userId)
      await ask('updateUser', userId, checkedAttributes(attributes) as Partial<UserAttributes>)
      return (await getUser(userId)) ?? noSuchUser()
    },

    async deleteUser(userId) {
      checkUserId(userId)
      await ask('deleteUser', userId)
      emit({ type: 'invalidated', userId })
    },
  }

  async function validateToken(
    token: string,
    consistency: Consistency,
    options?: ValidateOptions,
    context?: Pick<RequestContext, 'waitUntil'>,
    parts: TokenParts | null = parseToken(token, routeLength),
  ): Promise<AnySession | TokenRejection> {
    if (!parts) return 'malformed'
    const [id, secret] = parts
    // Where it is a promise, it runs while the store is being read.
    const hash = sha256(secret)
    const found = await ask('read', id, { consistency })
    if (!found) return 'unknown'
    if (!sameHash(await hash, found.session.secretHash)) return 'secret-mismatch'

    let session = toSession(found, token, options?.fresh)
    if (!session) {
      if (consistency === 'strong') return 'expired'
      // An old copy can look dead when the session was renewed a moment ago.
      return validateToken(token, 'strong', options, context)
    }
    if (session.state === 'idle' && options?.mayRenew?.() !== false) {
      const deadlines = deadlinesOf(found.session, periods, now())
      const work = ask('renew', id, deadlines).then((stillThere) => {
        if (stillThere) emit({ type: 'renewed', sessionId: id, userId: found.user.id })
        return stillThere
      })
      if (!inBackground(work, context) && !(await work)) return 'unknown'
      session = toSession({ ...found, session: { ...found.session, ...deadlines } }, token, true)
      if (!session) return 'expired'
    }
    if (settings.events?.includes('validated')) {
      emit({ type: 'validated', sessionId: id, userId: found.user.id })
    }
    return session
  }

  async function getSession(sessionId: string): Promise<AnySession | null> {
    if (!isSessionId(sessionId, routeLength)) return null
    const found = await ask('read', sessionId, { consistency: 'strong' })
    return found && toSession(found)
  }

  async function getUser(userId: string): Promise<AnyUser | null> {
    const user = isText(userId) ? await ask('readUser', userId) : null
    return user && toUser(user)
  }

  /** A stored session as apps see it, or `null` when it has expired. */
  function toSession(
    { session, user }: Found,
    token: string | null = null,
    fresh = false,
  ): AnySession | null {
    const deadlines = deadlinesOf(session, periods)
    const state = stateOf(deadlines, now())
    if (!state) return null
    return new IssuedSession(
      {
        ...view('getSessionAttributes', session.attributes),
        sessionId: session.id,
        user: toUser(user),
        createdAt: new Date(session.createdAt),
        activePeriodExpiresAt: new Date(deadlines.activePeriodExpiresAt),
        idlePeriodExpiresAt: new Date(deadlines.idlePeriodExpiresAt),
        state,
        fresh,
      },
      token,
    ) as unknown as AnySession
  }

  function toUser({ id, attributes }: UserRecord<UserAttributes>): AnyUser {
    return { ...view('getUserAttributes', attributes), userId: id } as AnyUser
  }

  /** What the app shows of stored attributes. */
  function view(
    option: 'getUserAttributes' | 'getSessionAttributes',
    attributes: UserAttributes | SessionAttributes,
  ): object | undefined {
    const show = settings[option] as ((attributes: unknown) => unknown) | undefined
    const fields = show?.(attributes)
    // A promise spread into a session would show no attribute, without an error.
    const fits = fields == null || (isObject(fields) && !isPromise(fields))
    checkOption(fits, option, 'a function that returns an object, and not a promise', typeof fields)
    return fields as object | undefined
  }

  function checkSessionId(sessionId: unknown): void {
    if (!isSessionId(sessionId, routeLength)) noSuchSession('pass session.sessionId, not the token')
  }

  /** Calls the store. What it rejects with becomes an {@link AuthError}, and never a sign-out. */
  async function ask<Call extends StoreCall>(
    call: Call,
    ...args: Parameters<Calls[Call]>
  ): Promise<Awaited<ReturnType<Calls[Call]>>> {
    try {
      return await (store as Calls)[call](...args)
    } catch (cause) {
      const error = isAuthError(cause)
        ? cause
        : new AuthError('AUTH_STORE_UNAVAILABLE', `store.${call}() failed`, { cause })
      const { code } = error
      if (code === 'AUTH_STORE_UNAVAILABLE' || code === 'AUTH_STORE_REJECTED') {
        emit({ type: 'store-failed', call, code })
      }
      throw error
    }
  }
}

function tokenOf(session: unknown): string {
  return (
    IssuedSession.tokenOf(session) ??
    noSuchSession('pass what createSession() or validate() returned, awaited, and not a copy')
  )
}

/** Hands a write to `waitUntil`, where there is one that takes it. A failure is reported by its event. */
function inBackground(
  work: Promise<unknown>,
  context?: Pick<RequestContext, 'waitUntil'>,
): boolean {
  if (!context?.waitUntil) return false
  try {
    context.waitUntil(work.catch(() => {}))
    return true
  } catch {
    return false
  }
}

function checkUserId(userId: unknown): void {
  // Engines compare other types by rules of their own: in MySQL 0 equals every name.
  if (!isText(userId)) noSuchUser()
}

function noSuchUser(): never {
  return fail('AUTH_INVALID_USER_ID', 'There is no such user')
}

function noSuchSession(why: string): never {
  return fail('AUTH_INVALID_SESSION_ID', `There is no such session: ${why}`)
}
