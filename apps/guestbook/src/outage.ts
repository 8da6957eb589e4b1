/** Classifies failures of D1: an outage can be temporary, and a rejected query fails again. */
import { AuthError, isAuthError } from '@limen/core'

// SQLite rejected the query: a missing table, a constraint, a wrong type, a value that is too large.
const REJECTED = /SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|AUTH|SCHEMA)|D1_TYPE_ERROR/

/**
 * For the `catch` of the guestbook's queries: throws the same two codes as Limen's store.
 *
 * @param action What the query does, such as "read the entries".
 */
export function queryFailure(action: string) {
  return (cause: unknown): never => {
    const [line = ''] = String(cause instanceof Error ? cause.message : cause).split('\n', 1)
    const code = REJECTED.test(line) ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE'
    throw new AuthError(code, `Cannot ${action}: ${line}`, { cause })
  }
}

/** Whether an error, Limen's or ours, means that the database is unavailable. */
export function isOutage(error: unknown): boolean {
  return isAuthError(error) && error.code === 'AUTH_STORE_UNAVAILABLE'
}
