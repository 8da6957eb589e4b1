/** Applies a limit of sessions: for stores that list the user's sessions themselves. */
import { AuthError } from './error.ts'
import { sessionLimit } from './messages.ts'
import type { SessionLimit, SessionRecord } from './store.ts'

/**
 * Chooses which sessions of a user end when a new one is stored.
 *
 * @param others The user's stored sessions, without the new one and without the one that it replaces.
 * @param limit The limit.
 * @returns The ids of the sessions to delete: those that were created first. Expired sessions do not
 * count, and stay.
 * @throws {AuthError} `AUTH_SESSION_LIMIT` when the limit refuses the new session.
 *
 * @example
 * const session = (id: string, createdAt: number) => ({ id, createdAt, idlePeriodExpiresAt: 900 })
 * const others = [session('b', 20), session('a', 10), session('c', 30)]
 * endedByLimit(others, { most: 2, onLimit: 'revoke-oldest', now: 50 })
 * // ['a', 'b']
 */
export function endedByLimit(
  others: readonly Pick<SessionRecord<unknown>, 'id' | 'createdAt' | 'idlePeriodExpiresAt'>[],
  { most, onLimit, now }: SessionLimit,
): string[] {
  const valid = others.filter(({ idlePeriodExpiresAt }) => idlePeriodExpiresAt > now)
  const excess = valid.length + 1 - most
  if (excess <= 0) return []
  if (onLimit === 'refuse') throw sessionLimitReached(most)
  return valid
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .slice(0, excess)
    .map(({ id }) => id)
}

/**
 * Creates the error for a session that a limit refuses.
 *
 * @param most The most sessions that the user can have.
 * @returns The error, whose code is `AUTH_SESSION_LIMIT`. Throw it.
 *
 * @example
 * sessionLimitReached(3).message
 * // 'The user has 3 sessions, the most that maxSessionsPerUser allows: nothing was stored.'
 */
export function sessionLimitReached(most: number): AuthError {
  return new AuthError('AUTH_SESSION_LIMIT', sessionLimit(most))
}
