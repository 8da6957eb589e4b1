/** Sorts what D1 fails with: an outage may be over at the next try, a rejected query stays rejected. */
import { AuthError, isAuthError } from '@limen/core'

// SQLite read the query and refused it: no such table, a constraint, a wrong type, too large.
const REJECTED = /SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|AUTH|SCHEMA)|D1_TYPE_ERROR/

/**
 * For the `catch` of a query of the guestbook's own: throws the same two codes as Limen's store.
 *
 * @param action What the query was for: "read the book".
 */
export function queryFailure(action: string) {
  return (cause: unknown): never => {
    const [line = ''] = String(cause instanceof Error ? cause.message : cause).split('\n', 1)
    const code = REJECTED.test(line) ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE'
    throw new AuthError(code, `Cannot ${action}: ${line}`, { cause })
  }
}

/** Whether a failure, Limen's or ours, means that the database cannot be reached. */
export function isOutage(error: unknown): boolean {
  return isAuthError(error) && error.code === 'AUTH_STORE_UNAVAILABLE'
}
