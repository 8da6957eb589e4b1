/** The contract of a store. */
import type { OptionRule } from './options.ts'
import type { Deadlines } from './session-lifetime.ts'

/** How fresh a read must be. `strong` sees every write that was confirmed before it began. */
export type Consistency = 'eventual' | 'strong'

/** What a store with the trait `routed` receives in place of an id. */
export interface RoutedId {
  /** Names the user's data: 22 base64url characters of the SHA-256 of the user id. */
  readonly route: string
  /** The id. A session id begins with the route. */
  readonly id: string
}

/** A stored session. Times are milliseconds since the epoch. */
export interface SessionRecord<SessionAttributes, Id = string> extends Deadlines {
  /** Public: it can be listed and logged. */
  readonly id: Id
  /** The id of the session's user. */
  readonly userId: string
  /** SHA-256 of the token's secret, base64url. The secret itself is stored nowhere. */
  readonly secretHash: string
  /** When it was created; renewal does not move it. */
  readonly createdAt: number
  /** What the app stores with the session. */
  readonly attributes: SessionAttributes
}

/** A stored user. */
export interface UserRecord<UserAttributes, Id = string> {
  /** The user's id. */
  readonly id: Id
  /** What the app stores with the user. */
  readonly attributes: UserAttributes
}

/** A session with its user: what one validation needs. */
export interface SessionAndUser<UserAttributes, SessionAttributes> {
  /** The session. */
  readonly session: SessionRecord<SessionAttributes>
  /** Its user. */
  readonly user: UserRecord<UserAttributes>
}

/** How many sessions a user can have. */
export interface SessionLimit {
  /**
   * The most sessions that the user has after the call, the new one included. A session whose idle
   * period ended at or before `now` does not count.
   */
  readonly most: number
  /**
   * What happens when there are more. `revoke-oldest`: of the other sessions, those that were created
   * first are deleted. `refuse`: nothing is stored, and the call rejects with `AUTH_SESSION_LIMIT`.
   */
  readonly onLimit: 'revoke-oldest' | 'refuse'
  /** The time by which sessions have expired, in milliseconds since the epoch. */
  readonly now: number
}

/** What {@link SessionStore.insert} does in the same step. */
export interface InsertOptions<Id = string> {
  /**
   * The session that the new one replaces, of the same user or of another one: it is deleted. When it
   * does not exist, nothing is stored.
   */
  readonly replaces?: Id | undefined
  /** Default: no limit. The replaced session does not count. */
  readonly limit?: SessionLimit | undefined
}

/**
 * Stores sessions. It returns expired sessions too: core decides which are valid.
 *
 * A session whose user was deleted is deleted.
 */
export interface SessionStore<UserAttributes, SessionAttributes, Id = string> {
  /**
   * Reads the session and its user in one round trip, or `null`.
   * An `eventual` read can return stale data but must not miss an existing session: on a miss, read
   * again from the primary. A store with the trait `staleMisses` is the exception.
   */
  read(
    sessionId: Id,
    options: { readonly consistency: Consistency },
  ): Promise<SessionAndUser<UserAttributes, SessionAttributes> | null>
  /**
   * Stores a new session and returns its user; `null`, and nothing changed, when there is no such user,
   * or no such session as the one to replace.
   *
   * A limit also holds when many sessions of one user are inserted at once. A store with the trait
   * `staleMisses` is the exception: a user can have more sessions for a while.
   */
  insert(
    session: SessionRecord<SessionAttributes, Id>,
    options?: InsertOptions<Id>,
  ): Promise<UserRecord<UserAttributes> | null>
  /**
   * Moves the deadlines of an existing session, each to the later of old and new.
   * `false` when the session does not exist: a renewal never restores one.
   */
  renew(sessionId: Id, deadlines: Deadlines): Promise<boolean>
  /** Merges attributes into an existing session; `false` when it does not exist. */
  update(sessionId: Id, attributes: Partial<SessionAttributes>): Promise<boolean>
  /** Deletes a session. Deleting one that does not exist is no failure. */
  delete(sessionId: Id): Promise<void>
  /** Deletes all sessions of a user that were created before the call, except the one in `except`. */
  deleteByUser(userId: Id, options: { readonly except?: string | undefined }): Promise<void>
  /** All sessions of a user, with the user, read strongly and in order of creation; `[]` when there is none. */
  listByUser(userId: Id): Promise<readonly SessionAndUser<UserAttributes, SessionAttributes>[]>
  /**
   * Deletes at most `limit` sessions whose idle period ended at or before `now`, and returns how many.
   * Absent only in a store with the trait `selfExpiring`.
   */
  deleteExpired?(options: { readonly now: number; readonly limit: number }): Promise<number>
}

/** Stores users. */
export interface UserStore<UserAttributes, Id = string> {
  /** Stores a new user; `false`, and nothing changed, when the id is taken. */
  createUser(user: UserRecord<UserAttributes, Id>): Promise<boolean>
  /** Reads the user strongly; `null` when there is none. */
  readUser(userId: Id): Promise<UserRecord<UserAttributes> | null>
  /** Merges attributes into an existing user; `false` when there is none. */
  updateUser(userId: Id, attributes: Partial<UserAttributes>): Promise<boolean>
  /** Deletes a user and all its sessions, together. */
  deleteUser(userId: Id): Promise<void>
}

/** How a store differs from what core otherwise expects. */
export interface StoreTraits {
  /**
   * The engine finds data by its user: the store receives a {@link RoutedId} as the first argument
   * where another store receives an id, and as the `id` of the records in `insert` and `createUser`.
   * `session.userId` and `except` stay strings, and the records that it returns have plain ids.
   */
  readonly routed?: boolean | undefined
  /**
   * A strong read can miss an existing session. A miss in such a store never deletes the visitor's
   * cookie. A limit of sessions is not exact.
   */
  readonly staleMisses?: boolean | undefined
  /** The engine deletes expired sessions by itself, so the store has no `deleteExpired`. */
  readonly selfExpiring?: boolean | undefined
}

/**
 * Stores sessions and users.
 *
 * Each call is atomic, resolves only when the engine has confirmed it, and rejects when the engine
 * fails. A store rejects with an `AuthError` of the code `AUTH_STORE_REJECTED` where the engine
 * answered and will answer the same call the same way, and of the code `AUTH_RECORD_TOO_LARGE` where
 * attributes exceed a limit. Core passes an `AuthError` on, and turns every other error into
 * `AUTH_STORE_UNAVAILABLE`. Records that a call returns are read-only: a change of one never reaches
 * the store.
 *
 * Core has checked every id and every attribute before it calls a store: ids are well-formed strings
 * without NUL, attributes are plain JSON values. Updates merge attributes one by one: a key that is
 * not named stays, and a key whose value is `undefined` is removed.
 */
export interface Store<UserAttributes, SessionAttributes>
  extends SessionStore<UserAttributes, SessionAttributes>, UserStore<UserAttributes> {
  /** Default: none. */
  readonly traits?: (StoreTraits & { readonly routed?: false | undefined }) | undefined
}

/** A {@link Store} whose engine finds data by its user. */
export interface RoutedStore<UserAttributes, SessionAttributes>
  extends
    SessionStore<UserAttributes, SessionAttributes, RoutedId>,
    UserStore<UserAttributes, RoutedId> {
  /** Has `routed: true`. */
  readonly traits: StoreTraits & { readonly routed: true }
}

/** What `limen({ store })` takes. */
export type AnyStore<UserAttributes, SessionAttributes> =
  | Store<UserAttributes, SessionAttributes>
  | RoutedStore<UserAttributes, SessionAttributes>

/** The name of a call to a store. */
export type StoreCall = Exclude<keyof Store<unknown, unknown>, 'traits'>

/** A {@link UserStore} with its traits. */
export type PlainUserStore<UserAttributes> = UserStore<UserAttributes> &
  Pick<Store<UserAttributes, never>, 'traits'>

/** A {@link PlainUserStore} whose engine finds data by its user. */
export type RoutedUserStore<UserAttributes> = UserStore<UserAttributes, RoutedId> &
  Pick<RoutedStore<UserAttributes, never>, 'traits'>

/** A user store of either kind. */
export type AnyUserStore<UserAttributes> =
  | PlainUserStore<UserAttributes>
  | RoutedUserStore<UserAttributes>

/** An id as either kind of store receives it. */
export type StoreId = string | RoutedId

/** The calls of either kind of store. */
export interface EitherStore<UserAttributes, SessionAttributes>
  extends
    SessionStore<UserAttributes, SessionAttributes, StoreId>,
    UserStore<UserAttributes, StoreId> {
  /** The traits of the store. */
  readonly traits?: StoreTraits | undefined
}

/** The id itself. */
export function idOf(id: StoreId): string {
  return typeof id === 'string' ? id : id.id
}

/** How many characters a {@link RoutedId.route} has. */
export const ROUTE_LENGTH = 22

const USER_CALLS = ['createUser', 'readUser', 'updateUser', 'deleteUser']
const SESSION_CALLS = ['read', 'insert', 'renew', 'update', 'delete', 'deleteByUser', 'listByUser']

/** Whether a value has every call of a {@link UserStore}. */
export function isUserStore(value: unknown): boolean {
  return hasCalls(value, USER_CALLS)
}

function hasCalls(value: unknown, calls: readonly string[]): boolean {
  const store = (value ?? {}) as Readonly<Record<string, unknown>>
  return calls.every((call) => typeof store[call] === 'function')
}

function isStore(value: unknown): boolean {
  const { deleteExpired, traits } = (value ?? {}) as Partial<Store<unknown, unknown>>
  return (
    hasCalls(value, [...SESSION_CALLS, ...USER_CALLS]) &&
    (typeof deleteExpired === 'function' || traits?.selfExpiring === true)
  )
}

/** The rule of an option that is a store. */
export const STORE: OptionRule = [
  isStore,
  'a store, such as memoryStore() or d1Store(env.DB)',
  true,
]
