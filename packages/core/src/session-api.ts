/** What the calls on sessions and users promise: all that needs no request. */
import type { JsonAttributes } from './attributes.ts'
import type { TokenRejection } from './event.ts'
import type { RequestContext } from './middleware.ts'
import type { Session, User } from './session-lifetime.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Consistency } from './store.ts'

/** What {@link Sessions.validateToken} takes. */
export interface ValidateOptions {
  /** The token, as `readSessionCookie` or `readBearerToken` returned it. */
  readonly token: string
  /** How fresh the store's read must be. */
  readonly consistency: Consistency
  /** Whether an idle session is renewed; called only when it is idle. Default: yes. */
  readonly mayRenew?: (() => boolean) | undefined
  /** Whether the session became fresh earlier in this request. Default `false`. */
  readonly fresh?: boolean | undefined
  /** Receives the write that renews an idle session, so that the result need not wait for it. */
  readonly waitUntil?: RequestContext['waitUntil']
}

/** The session of a token, or why there is none. */
export type TokenResult<AnySession> =
  | { readonly valid: true; readonly session: AnySession }
  | { readonly valid: false; readonly reason: TokenRejection }

/** Whose session is created, and its attributes. */
export type NewSession<SessionAttributes> = {
  readonly userId: string
} & Attributes<SessionAttributes>

/** A user to keep. Without `userId`, a random one is made. */
export type NewUser<UserAttributes> = {
  readonly userId?: string | undefined
} & Attributes<UserAttributes>

/**
 * Attributes, which may be left out where the store needs none. What JSON cannot carry, such as a
 * `Date`, is a type error that says why.
 */
export type Attributes<Given> = object extends Given
  ? { readonly attributes?: JsonAttributes<Given> | undefined }
  : { readonly attributes: JsonAttributes<Given> }

/** Attributes to merge: what is not named stays, and `undefined` removes. */
export type AttributesUpdate<Given> = {
  readonly [Name in keyof Given]?: JsonAttributes<Given>[Name] | undefined
}

/** What {@link Sessions.createSessionCookie} takes. A promise is none: await it first. */
export interface IssuedSessionLike {
  /** Every session has it, and a promise of one has not. */
  readonly sessionId: string
}

/** The calls on sessions and users that need no request. */
export interface Sessions<UserAttributes, SessionAttributes, UserFields, Fields> {
  /**
   * Creates a session and resolves when the store has confirmed it.
   *
   * When `getUserAttributes` or `getSessionAttributes` throws, the session is deleted again.
   *
   * @returns The session, with its token inside for `createSessionCookie` and `createBearerToken`.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when there is no such user; then nothing was stored.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; then nothing was stored.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm.
   * @throws {AuthError} `AUTH_STORE_REJECTED` when the store refuses such a session.
   */
  createSession(session: NewSession<SessionAttributes>): Promise<Session<UserFields, Fields>>
  /**
   * The cookie for a session, or with `null` the one that deletes it.
   *
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token: a copy, or a listed one.
   */
  createSessionCookie(session: IssuedSessionLike | null): SessionCookie
  /**
   * The token of a session, for an `Authorization: Bearer` header. Show it once, keep it nowhere.
   *
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for a session without a token: a copy, or a listed one.
   */
  createBearerToken(session: IssuedSessionLike): string
  /**
   * The session of a token, read strongly, and renewed when it is idle.
   *
   * @param token As `readSessionCookie` or `readBearerToken` gave it.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` when the token opens no session.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when it could not be told.
   */
  validateSession(token: string): Promise<Session<UserFields, Fields>>
  /**
   * The session of a token, or why there is none: {@link Sessions.validateSession} without throwing,
   * for adapters, and for a check that renews nothing (`mayRenew: () => false`).
   *
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store could not be read.
   */
  validateToken(options: ValidateOptions): Promise<TokenResult<Session<UserFields, Fields>>>
  /** A living session by its public id, without its token; `null` when there is none. */
  getSession(sessionId: string): Promise<Session<UserFields, Fields> | null>
  /** The living sessions of a user in order of creation, without their tokens: "your devices". */
  getAllUserSessions(userId: string): Promise<Session<UserFields, Fields>[]>
  /**
   * Merges attributes into a session: what is not named stays, and `undefined` removes. Does not check
   * whose session it is.
   *
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; then nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` when there is no such session.
   */
  updateSessionAttributes(
    sessionId: string,
    attributes: AttributesUpdate<SessionAttributes>,
  ): Promise<Session<UserFields, Fields>>
  /**
   * Ends a session. Resolves when the store has confirmed; a session that is gone already is no failure.
   *
   * Does not check whose session it is: an id that a visitor sent must be one of the visitor's own, as
   * `getAllUserSessions()` lists them.
   *
   * @param sessionId The public id, not the token.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for text that cannot be a session id, such as a whole token.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm: the session may live on.
   */
  invalidateSession(sessionId: string): Promise<void>
  /**
   * Ends all sessions of a user, except the one in `except`: a session id, or `undefined` for none.
   *
   * @throws {AuthError} `AUTH_INVALID_USER_ID` for what cannot be a user id.
   * @throws {AuthError} `AUTH_INVALID_SESSION_ID` for an `except` that cannot be a session id.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm.
   */
  invalidateAllUserSessions(
    userId: string,
    options?: { readonly except?: string | null | undefined },
  ): Promise<void>
  /**
   * Removes dead sessions from the store, for a cron trigger.
   *
   * @param options `limit`: how many at most. Default 1000.
   * @returns How many were removed; fewer than `limit` means that none is left.
   */
  deleteExpiredSessions(options?: { readonly limit?: number | undefined }): Promise<number>
  /**
   * Stores a new user. When `getUserAttributes` throws, nothing is stored.
   *
   * @returns The user, as the next read returns it.
   * @throws {AuthError} `AUTH_DUPLICATE_USER_ID` when the id is taken; then nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when the id is not a well-formed string without NUL.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; then nothing was stored.
   */
  createUser(user: NewUser<UserAttributes>): Promise<User<UserFields>>
  /** The user, or `null` when there is none. */
  getUser(userId: string): Promise<User<UserFields> | null>
  /**
   * Merges attributes into a user: what is not named stays, and `undefined` removes.
   * `authRequest.invalidate()` then shows them in the same request.
   *
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry them; then nothing was changed.
   * @throws {AuthError} `AUTH_INVALID_USER_ID` when there is no such user.
   */
  updateUserAttributes(
    userId: string,
    attributes: AttributesUpdate<UserAttributes>,
  ): Promise<User<UserFields>>
  /**
   * Removes a user and ends all its sessions, together. A user that does not exist is no failure.
   *
   * @throws {AuthError} `AUTH_INVALID_USER_ID` for what cannot be a user id.
   */
  deleteUser(userId: string): Promise<void>
}
