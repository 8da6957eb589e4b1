/** Gives each failure of Deno KV its code. */
import { AuthError, isAuthError } from '@limen/core'
import { firstLineOf, recordTooLarge, storeFailure } from '@limen/core/store-kit'
import { NOT_STORABLE, closed, denoKv } from './messages.ts'

/** Messages of Deno KV's own limits. They hold no values. */
const REJECTED =
  /^Deno KV: (Key too large|Too many|Total mutation|Invalid mutation|expireIn must|expected string)/
const NEVER = /^$/

/**
 * Whether a commit failed because another connection to the same file wrote during it: SQLite then
 * refuses the first write of the commit, and nothing was changed. Deno KV does not try it again.
 */
export function isLocked(cause: unknown): boolean {
  return firstLineOf(cause) === 'database is locked'
}

/** The error for what Deno KV rejected with. */
export function failureOf(cause: unknown): AuthError {
  if (isAuthError(cause)) return cause
  const { name } = Object(cause) as { readonly name?: unknown }
  const line = firstLineOf(cause)
  if (line.startsWith('Value too large')) return recordTooLarge('Deno KV', '64 KiB', cause)
  if (name === 'DataCloneError' || /could not be cloned/.test(line)) {
    return new AuthError('AUTH_STORE_REJECTED', NOT_STORABLE, { cause })
  }
  const message = denoKv(name === 'BadResource' ? closed(line) : line)
  return storeFailure(message, NEVER, REJECTED, cause)
}
