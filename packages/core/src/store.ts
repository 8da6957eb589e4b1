/** What every store promises. */
import type { OptionRule } from './options.ts'
import type { Deadlines } from './session.ts'

/** How fresh a read must be. `strong` sees every write that was confirmed before it began. */
export type Consistency = 'eventual' | 'strong'

/** A session as a store keeps it. Times are milliseconds since the epoch. */
export interface SessionRecord<SessionAttributes> extends Deadlines {
  /** Public: it may be listed and logged. */
  readonly id: string
  /** Whose session it is. */
  readonly userId: string
  /** SHA-256 of the token's secret, base64url. The secret itself is kept nowhere. */
  readonly secretHash: string
  /** When it was created; renewal does not move it. */
  readonly createdAt: number
  /** What the app keeps with the session. */
  readonly attributes: SessionAttributes
}

/** A user as a store keeps it. */
export interface UserRecord<UserAttributes> {
  /** The user's id. */
  readonly id: string
  /** What the app keeps with the user. */
  readonly attributes: UserAttributes
}

/** A session with the user it belongs to: what one validation needs. */
export interface SessionAndUser<UserAttributes, SessionAttributes> {
  /** The session. */
  readonly session: SessionRecord<SessionAttributes>
  /** Its user. */
  readonly user: UserRecord<UserAttributes>
}

/**
 * Keeps sessions and users, and decides nothing: it gives back dead sessions too.
 *
 * Each call is atomic, resolves only when the engine has confirmed it, and rejects when the engine
 * fails. A store rejects with an `AuthError` of the code `AUTH_STORE_REJECTED` where the engine
 * answered and will answer the same call the same way; the core turns every other error into
 * `AUTH_STORE_UNAVAILABLE`. What a call returns belongs to the caller: changing it changes nothing in
 * the store. A session whose user is gone is gone.
 *
 * The core has checked every id and every attribute before it calls a store: ids are well-formed
 * strings without NUL, attributes are plain JSON values. Updates merge attributes one by one: a key
 * that is not named stays, and a key whose value is `undefined` is removed.
 */
export interface Store<UserAttributes, SessionAttributes> {
  /**
   * The session and its user in one round trip, or `null`.
   * An `eventual` read may give an old hit but never an old miss: ask the primary before saying no.
   */
  read(
    sessionId: string,
    options: { readonly consistency: Consistency },
  ): Promise<SessionAndUser<UserAttributes, SessionAttributes> | null>
  /** Keeps a new session and gives back its user; `null`, and nothing kept, when there is no such user. */
  insert(session: SessionRecord<SessionAttributes>): Promise<UserRecord<UserAttributes> | null>
  /**
   * Moves the deadlines of a session that still exists, each to the later of old and new.
   * `false` when the session is gone: a renewal never brings one back.
   */
  renew(sessionId: string, deadlines: Deadlines): Promise<boolean>
  /** Merges attributes into a session that still exists; `false` when it is gone. */
  update(sessionId: string, attributes: Partial<SessionAttributes>): Promise<boolean>
  /** Removes a session. Removing what is not there is no failure. */
  delete(sessionId: string): Promise<void>
  /** Removes all sessions of a user created before the call, but for the one in `except`. */
  deleteByUser(userId: string, options: { readonly except?: string | undefined }): Promise<void>
  /** All sessions of a user, with the user, read strongly and in order of creation; `[]` when there is none. */
  listByUser(userId: string): Promise<readonly SessionAndUser<UserAttributes, SessionAttributes>[]>
  /** Removes at most `limit` sessions whose idle period ended at or before `now`; says how many. */
  deleteExpired(options: { readonly now: number; readonly limit: number }): Promise<number>

  /** Keeps a new user; `false`, and nothing changed, when the id is taken. */
  createUser(user: UserRecord<UserAttributes>): Promise<boolean>
  /** The user, read strongly, or `null`. */
  readUser(userId: string): Promise<UserRecord<UserAttributes> | null>
  /** Merges attributes into a user that exists; `false` when there is none. */
  updateUser(userId: string, attributes: Partial<UserAttributes>): Promise<boolean>
  /** Removes a user and all its sessions, together. */
  deleteUser(userId: string): Promise<void>

  /**
   * Text of `routeLength` base64url characters put before each session id of a user, where the
   * engine must know from the id alone whom to ask. Never the user id itself.
   */
  route?(userId: string): string | Promise<string>
  /** The length of every route. */
  readonly routeLength?: number
  /**
   * Declared by a store that can miss a session that exists, even when asked strongly. A miss on
   * such a store never deletes the visitor's cookie.
   */
  readonly staleMisses?: true
}

/** The name of a call that a store answers. */
export type StoreCall = Exclude<
  keyof Store<unknown, unknown>,
  'route' | 'routeLength' | 'staleMisses'
>

/** The calls that a store answers, by name. */
export type StoreCalls<UserAttributes, SessionAttributes> = {
  [Call in StoreCall]: (
    ...args: Parameters<Required<Store<UserAttributes, SessionAttributes>>[Call]>
  ) => ReturnType<Required<Store<UserAttributes, SessionAttributes>>[Call]>
}

const USER_CALLS = ['createUser', 'readUser', 'updateUser', 'deleteUser']
const SESSION_CALLS = ['read', 'insert', 'renew', 'update', 'delete', 'deleteByUser', 'listByUser']

/** Whether a value has every call that a store of users must answer. */
export function isUserStore(value: unknown): boolean {
  return hasCalls(value, USER_CALLS)
}

function hasCalls(value: unknown, calls: readonly string[]): boolean {
  const store = (value ?? {}) as Readonly<Record<string, unknown>>
  return calls.every((call) => typeof store[call] === 'function')
}

/** The rule of an option that is a store. */
export const STORE: OptionRule = [
  (value) => hasCalls(value, [...SESSION_CALLS, ...USER_CALLS]),
  'a store, such as memoryStore() or d1Store(env.DB)',
  true,
]
