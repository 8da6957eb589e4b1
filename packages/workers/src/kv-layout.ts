/**
 * How sessions and users are laid out in Workers KV, which is eventually consistent and changes one
 * key at a time.
 *
 * | key | value | written by | lifetime |
 * | --- | --- | --- | --- |
 * | `limen:2:user:<route>` | {@link StoredUser} | sign-up | until it is deleted |
 * | `limen:2:profile:<route>` | {@link StoredProfile} | changes of the user | until it is deleted |
 * | `limen:2:revocation:<route>` | {@link Revocation}, the last one | revoking all sessions | as a session's |
 * | `limen:2:revocations:<route>:<at>:<except>` | empty: the name has it all | the same | the same |
 * | `limen:2:session:<session id>` | {@link StoredSession} | sign-in | the absolute period |
 * | `limen:2:deadlines:<session id>` | the later deadlines | renewal | until the session has expired |
 * | `limen:2:attributes:<session id>` | the changed attributes | changes of it | as the session's |
 *
 * A session id begins with the route, so one bulk read finds all of these except the many
 * revocations, which do not overwrite one another: a call that revokes, or that is excepted, lists
 * them. A call can act on what it read a minute too late, and its write must restore no session:
 * users and sessions are written once; what changes has keys of its own, which are nothing alone.
 *
 * The `2` in a key is the version of this layout: a record of another version is missing.
 */
import type { SessionRecord } from '@limen/core'

/** A user, as it is stored. */
export interface StoredUser<UserAttributes> {
  readonly id: string
  /** Differs from that of a deleted user with the same id. Sessions and profiles carry it. */
  readonly generation: string
  readonly attributes: UserAttributes
}

/** The attributes of a user since they were changed, as they are stored. */
export interface StoredProfile<UserAttributes> extends Omit<StoredUser<UserAttributes>, 'id'> {}

/** The revocation of a user's sessions, as it is stored in a value or in the name of a key. */
export interface Revocation {
  /** Revokes every session whose `since` is not later. */
  readonly at: number
  /** The id of the one session that stays valid; an empty string when there is none. */
  readonly except: string
}

/** A session, as it is stored. */
export interface StoredSession<SessionAttributes> extends Omit<
  SessionRecord<SessionAttributes>,
  'id' | 'userId'
> {
  /** The generation of its user. */
  readonly generation: string
  /**
   * Later than every revocation that was known at sign-in. A session that replaces another one of its
   * user has the same: a revocation that was not known at the replacement revokes it too.
   */
  readonly since: number
  /** The ids of those replaced sessions that a revocation excepted: it excepts this one too. */
  readonly formerIds?: readonly string[]
}

/** The keys of a user. */
export const userKey = (route: string): string => `limen:2:user:${route}`
export const profileKey = (route: string): string => `limen:2:profile:${route}`
export const revocationKey = (route: string): string => `limen:2:revocation:${route}`

/** The keys of a session. */
export const sessionKey = (sessionId: string): string => `limen:2:session:${sessionId}`
export const deadlinesKey = (sessionId: string): string => `limen:2:deadlines:${sessionId}`
export const attributesKey = (sessionId: string): string => `limen:2:attributes:${sessionId}`

/** The session id in the name of a {@link sessionKey}. */
export const sessionIdIn = (name: string): string => name.slice(sessionKey('').length)

/** The key of one revocation, or what the keys of all revocations of a user begin with. */
export function revocationsKey(route: string, revocation?: Revocation): string {
  const prefix = `limen:2:revocations:${route}:`
  return revocation ? `${prefix}${revocation.at}:${revocation.except}` : prefix
}

/** The revocation in the name of a {@link revocationsKey}. */
export function revocationIn(route: string, name: string): Revocation {
  const [at = '', except = ''] = name.slice(revocationsKey(route).length).split(/:(.*)/s)
  return { at: Number(at), except }
}

/** The time of a revocation or a sign-in: now, and in any case later than a known revocation. */
export function timeAfter(revocation: Revocation | null): number {
  return Math.max(Date.now(), (revocation?.at ?? 0) + 1)
}

/** What decides whether a revocation revokes a session. */
type Revocable = Pick<StoredSession<unknown>, 'since' | 'formerIds'>

/** Whether a revocation excepts a session, also under the id of one that it replaced. */
export function isExcepted({ formerIds = [] }: Revocable, id: string, except: string): boolean {
  return id === except || formerIds.includes(except)
}

/** Whether any of these revokes a session. */
export function isRevoked(
  session: Revocable,
  id: string,
  revocations: readonly Revocation[],
): boolean {
  return revocations.some(
    ({ at, except }) => session.since <= at && !isExcepted(session, id, except),
  )
}
