/** Creates, validates and invalidates sessions. The one room that asks the clock and the store. */
import { sha256 } from './digest.ts'
import { AuthError, fail } from './error.ts'
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
import type { MakeSessionCookie } from './session-cookie.ts'
import type { Sessions, ValidateOptions } from './sessions.ts'
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
  readonly makeCookie: MakeSessionCookie
  readonly getUserAttributes?: (attributes: Readonly<UserAttributes>) => UserFields
  readonly getSessionAttributes?: (attributes: Readonly<SessionAttributes>) => Fields
  readonly emit: (event: AuthEvent) => unknown
  readonly events?: readonly NoisyEvent[]
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
    async createSession({ userId, attributes = {} as SessionAttributes }) {
      const id = ((await store.route?.(userId)) ?? '') + randomText(ID_BYTES)
      const secret = randomText(SECRET_BYTES)
      const secretHash = await sha256(secret)
      const createdAt = now()
      const deadlines = deadlinesOf({ createdAt }, periods, createdAt)
      const session = { id, userId, secretHash, createdAt, ...deadlines, attributes }
      const user = (await ask('insert', session)) ?? fail('AUTH_INVALID_USER_ID')
      emit({ type: 'created', sessionId: id, userId })
      return toSession({ session, user }, `${id}.${secret}`, true)!
    },

    createSessionCookie(session) {
      if (!session) return settings.makeCookie('', 0)
      const token = tokenOf(session)
      const life = +(session as AnySession).idlePeriodExpiresAt - now()
      return settings.makeCookie(token, Math.max(0, Math.ceil(life / 1000)))
    },

    createBearerToken: tokenOf,

    validateToken,

    async validateSession(token) {
      const session = await validateToken(token, 'strong')
      return typeof session === 'string' ? noSuchSession() : session
    },

    getSession,

    getAllUserSessions: async (userId) =>
      (await ask('listByUser', userId)).flatMap((found) => toSession(found) ?? []),

    async updateSessionAttributes(sessionId, attributes) {
      await ask('update', checked(sessionId), attributes)
      return (await getSession(sessionId)) ?? noSuchSession()
    },

    async invalidateSession(sessionId) {
      await ask('delete', checked(sessionId))
      emit({ type: 'invalidated', sessionId })
    },

    async invalidateAllUserSessions(userId, { except } = {}) {
      await ask('deleteByUser', userId, { except: except && checked(except) })
      emit({ type: 'invalidated', userId, except })
    },

    deleteExpiredSessions: ({ limit = 1000 } = {}) => ask('deleteExpired', { now: now(), limit }),

    async createUser({ userId: id = randomText(ID_BYTES), attributes = {} as UserAttributes }) {
      const user = { id, attributes }
      return (await ask('createUser', user)) ? toUser(user) : fail('AUTH_DUPLICATE_USER_ID')
    },

    getUser,

    async updateUserAttributes(userId, attributes) {
      await ask('updateUser', userId, attributes)
      return (await getUser(userId)) ?? fail('AUTH_INVALID_USER_ID')
    },

    async deleteUser(userId) {
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
      // A write that fails out of sight was told by its event.
      if (context?.waitUntil) context.waitUntil(work.catch(() => {}))
      else if (!(await work)) return 'unknown'
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
    const user = await ask('readUser', userId)
    return user && toUser(user)
  }

  /** What users hold of a session, or `null` when it is dead. */
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
        ...settings.getSessionAttributes?.(session.attributes),
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
    return { ...settings.getUserAttributes?.(attributes), userId: id } as AnyUser
  }

  function checked(sessionId: string): string {
    return isSessionId(sessionId, routeLength) ? sessionId : noSuchSession()
  }

  /** Asks the store, and makes whatever it fails with our own failure, never a sign-out. */
  async function ask<Call extends StoreCall>(
    call: Call,
    ...args: Parameters<Calls[Call]>
  ): Promise<Awaited<ReturnType<Calls[Call]>>> {
    try {
      return await (store as Calls)[call](...args)
    } catch (cause) {
      if (cause instanceof AuthError) throw cause
      emit({ type: 'store-failed', call })
      return fail('AUTH_STORE_UNAVAILABLE', `store.${call}() failed`, { cause })
    }
  }
}

function tokenOf(session: object): string {
  return IssuedSession.tokenOf(session) ?? noSuchSession('it has no token')
}

function noSuchSession(why?: string): never {
  return fail('AUTH_INVALID_SESSION_ID', why)
}
