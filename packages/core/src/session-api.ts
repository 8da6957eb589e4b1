/** The calls on sessions and users that need no request. */
import type { JsonAttributes } from './attributes.ts'
import type { OriginRequest } from './csrf.ts'
import type { TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { Session, User } from './session-lifetime.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Consistency } from './store.ts'

/** Options of {@link SessionApi.validateToken}. */
export interface ValidateOptions {
  /** The token, as `readSessionCookie` or `readBearerToken` returned it. */
  readonly token: string
  /** The consistency of the store's read. */
  readonly consistency: Consistency
  /** Returns whether an idle session is renewed. Called only for an idle session. Default: yes. */
  readonly mayRenew?: (() => boolean) | undefined
  /** The request that carried the token, for extensions that check more of it. */
  readonly request?: OriginRequest | undefined
  /** Whether the session became fresh earlier in this request. Default `false`. */
  readonly fresh?: boolean | undefined
  /** Receives the write that renews an idle session. Without it, the result waits for the write. */
  readonly waitUntil?: RequestContext['waitUntil']
}

/** The session of a token, or why the token was rejected. */
export type TokenResult<AnySession> =
  | { readonly valid: true; readonly session: AnySession }
  | { readonly valid: false; readonly reason: TokenRejection }

/** The user and the attributes of a new session. */
export type NewSession<SessionAttributes> = {
  readonly userId: string
} & Attributes<SessionAttributes>

/** How a session differs from the one that it replaces. */
export interface SessionReplacement<SessionAttributes> {
  /** The user of the new session. Default: that of the replaced session. */
  readonly userId?: string | undefined
  /** Merged into the attributes of the replaced session. Default: they stay as they are. */
  readonly attributes?: AttributesUpdate<SessionAttributes> | undefined
}

/** How many sessions a user can have at once. */
export interface MaxSessions {
  /** The most valid sessions of a user: a whole number above 0. */
  readonly limit: number
  /**
   * What a sign-in above the limit does. `revoke-oldest`: it revokes the user's oldest sessions.
   * `refuse`: it throws `AUTH_SESSION_LIMIT`.
   */
  readonly onLimit: 'revoke-oldest' | 'refuse'
}

/** A user to store. Without `userId`, a random one is created. */
export type NewUser<UserAttributes> = {
  readonly userId?: string | undefined
} & Attributes<UserAttributes>

/**
 * Attributes of a user or session, optional where the store requires none. A value that JSON cannot
 * carry, such as a `Date`, is a type error that contains the reason.
 */
export type Attributes<Given> = object extends Given
  ? { readonly attributes?: JsonAttributes<Given> | undefined }
  : { readonly attributes: JsonAttributes<Given> }

/** Attributes to merge: other attributes stay, and `undefined` removes an attribute. */
export type AttributesUpdate<Given> = {
  readonly [Name in keyof Given]?: JsonAttributes<Given>[Name] | undefined
}

/** A session for {@link SessionApi.createSessionCookie}. A promise is a type error: await it first. */
export interface IssuedSessionLike {
  /** Every session has this property, a promise does not. */
  readonly sessionId: string
}

/** The calls on sessions and users that need no request. */
export interface SessionApi<UserAttributes, SessionAttributes, UserFields, Fields> {
  /**
   * Creates a session and resolves when the store has confirmed it.
   *
   * When `getUserAttributes` or `getSessionAttributes` throws, the session is deleted again.
   *
   * @returns The session, whose token `createSessionCookie` and `createBearerToken` can read.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when there is no such user; nothing was stored.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; nothing was stored.
   * @throws {AuthError} `AUTH_SESSION_LIMIT` when `maxSessionsPerUser` refuses it; nothing was stored.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm.
   * @throws {AuthError} `AUTH_STORE_REJECTED` when the store rejects this session.
   */
  createSession(session: NewSession<SessionAttributes>): Promise<Session<UserFields, Fields>>
  /**
   * Ends a session and creates a new one in its place, in one step of the store: after the user has
   * proved who they are again, after a change of the passphrase or the role, and when a guest becomes an
   * account. The new session has a new id, a new token, a new `createdAt` and so its whole lifetime.
   * For `isRecentSignIn()` it is a sign-in: call it only after the user has proved who they are.
   *
   * The attributes of the old session are read first, so an update of that session at the same moment
   * can be lost. To take rights away, revoke the session. Where the new session has another user, Redis and Durable Objects
   * make two steps: a limit can then revoke sessions of that user although the call fails.
   *
   * Send its token as after `createSession`: `authRequest.setSession(session)`. The old token opens
   * nothing from then on: without `setSession`, the visitor is signed out at the next request.
   *
   * @param session The session that `validate` or `createSession` returned, not a copy or a listed one.
   * @param changes Another user, and attributes to merge: `undefined` removes an attribute.
   * @returns The new session.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` when the session was revoked, replaced or has expired
   * since it was validated, or has no token; nothing was changed. A form that is sent twice can cause it.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when there is no such user; nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; nothing was changed.
   * @throws {AuthError} `AUTH_SESSION_LIMIT` when `maxSessionsPerUser` refuses it; nothing was changed.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm: the old session can have
   * ended.
   * @throws {AuthError} `AUTH_STORE_REJECTED` when the store rejects the new session, such as a duplicate
   * in a unique column of your own table; nothing was changed.
   */
  replaceSession(
    session: IssuedSessionLike,
    changes?: SessionReplacement<SessionAttributes>,
  ): Promise<Session<UserFields, Fields>>
  /**
   * Creates the cookie for a session, or with `null` the one that deletes it.
   *
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token: a copy, or a listed one.
   */
  createSessionCookie(session: IssuedSessionLike | null): SessionCookie
  /**
   * Returns the token of a session, for an `Authorization: Bearer` header. Show it once, do not store it.
   *
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token: a copy, or a listed one.
   */
  createBearerToken(session: IssuedSessionLike): string
  /**
   * Validates a token with a strong read, and renews the session when it is idle.
   *
   * @param token The token that `readSessionCookie` or `readBearerToken` returned.
   * @returns The session.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` when the token opens no session.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read.
   */
  validateSession(token: string): Promise<Session<UserFields, Fields>>
  /**
   * Validates a token with the given consistency, and returns a rejection instead of throwing it: for
   * adapters, and for a check that renews nothing (`mayRenew: () => false`).
   *
   * @param options The token, and how to read and renew its session.
   * @returns The session, or why the token was rejected.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read.
   */
  validateToken(options: ValidateOptions): Promise<TokenResult<Session<UserFields, Fields>>>
  /** Returns a valid session by its public id, without its token; `null` when there is none. */
  getSession(sessionId: string): Promise<Session<UserFields, Fields> | null>
  /** Lists the valid sessions of a user in order of creation, without their tokens: "your devices". */
  getAllUserSessions(userId: string): Promise<Session<UserFields, Fields>[]>
  /**
   * Merges attributes into a session: other attributes stay, and `undefined` removes an attribute. It
   * does not check which user the session belongs to.
   *
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` when there is no such session.
   */
  updateSessionAttributes(
    sessionId: string,
    attributes: AttributesUpdate<SessionAttributes>,
  ): Promise<Session<UserFields, Fields>>
  /**
   * Revokes a session. Resolves when the store has confirmed it.
   *
   * Without `userId`, it revokes the session of any user, and resolves also for a session that does not
   * exist. A session id is public: it can be in a page, a log or a form. So when a visitor sent the id,
   * pass the visitor's own `userId`. Otherwise every visitor can sign out every other one.
   *
   * @param sessionId The public id, not the token.
   * @param options `userId`: the user that the session must belong to. The session is read first, which
   * is one more call of the store. If it belongs to another user or does not exist, nothing is revoked.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a malformed session id, such as a whole token; with
   * `userId`, also for a session of another user and for one that does not exist.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` for options without a well-formed `userId`.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm: the session can still be
   * valid.
   */
  invalidateSession(sessionId: string, options?: { readonly userId: string }): Promise<void>
  /**
   * Revokes all sessions of a user, except the one in `except`: a session id; by default there is none.
   *
   * @throws {AuthError} `AUTH_INVALID_USER_ID` for a malformed user id.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for an `except` that is a malformed session id.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm.
   */
  invalidateAllUserSessions(
    userId: string,
    options?: { readonly except?: string | null | undefined },
  ): Promise<void>
  /**
   * Deletes expired sessions from the store: for a cron trigger.
   *
   * @param options `limit`: how many at most. Default 1000.
   * @returns How many were deleted; fewer than `limit` means that there are no more.
   * @throws {AuthError} `AUTH_CONFIG` for a `limit` that is not a whole number above 0.
   */
  deleteExpiredSessions(options?: { readonly limit?: number | undefined }): Promise<number>
  /**
   * Stores a new user. When `getUserAttributes` throws, nothing is stored.
   *
   * @returns The user, as the next read returns it.
   * @throws {AuthError} `AUTH_DUPLICATE_USER_ID` when there is already a user with this id; nothing was
   * changed.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when the id is not a well-formed string without NUL.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; nothing was stored.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm: the user can exist.
   * @throws {AuthError} `AUTH_STORE_REJECTED` when the store rejects this user, such as a duplicate in a
   * unique column of your own table; nothing was stored.
   */
  createUser(user: NewUser<UserAttributes>): Promise<User<UserFields>>
  /** Returns the user, or `null` when there is none. */
  getUser(userId: string): Promise<User<UserFields> | null>
  /**
   * Merges attributes into a user: other attributes stay, and `undefined` removes an attribute. After
   * `authRequest.invalidate()`, the same request sees them.
   *
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when there is no such user.
   * @throws {AuthError} `AUTH_STORE_REJECTED` when the store rejects the change, such as a duplicate in a
   * unique column of your own table; nothing was changed.
   */
  updateUserAttributes(
    userId: string,
    attributes: AttributesUpdate<UserAttributes>,
  ): Promise<User<UserFields>>
  /**
   * Deletes a user and revokes all its sessions in one step. Resolves also for a user that does not exist.
   *
   * @throws {AuthError} `AUTH_INVALID_USER_ID` for a malformed user id.
   */
  deleteUser(userId: string): Promise<void>
}
