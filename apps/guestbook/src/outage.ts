/** Tells an outage of the database from every other failure. */
import { AuthError } from '@limen/core'

/** D1 did not answer one of the guestbook's own queries. */
class OutageError extends Error {
  override readonly name = 'OutageError'
}

/** For the `catch` of a query: what was being done is said in the error. */
export function outage(action: string) {
  return (cause: unknown): never => {
    throw new OutageError(`Cannot ${action}: D1 rejected the query`, { cause })
  }
}

/** Whether a failure, Limen's or ours, means that the database cannot be reached. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof OutageError ||
    (error instanceof AuthError && error.code === 'AUTH_STORE_UNAVAILABLE')
  )
}
