/** Gives each failure of Deno KV its code. */
import { AuthError, isAuthError } from '@limen/core'
import { firstLineOf, recordTooLarge, storeFailure } from '@limen/core/store-kit'

/** What Deno KV rejects by its own limits. Its messages hold no values. */
const REJECTED =
  /^Deno KV: (Key too large|Too many|Total mutation|Invalid mutation|expireIn must|expected string)/
const NEVER = /^$/

/** The error for what Deno KV rejected with. */
export function failureOf(cause: unknown): AuthError {
  if (isAuthError(cause)) return cause
  const { name } = Object(cause) as { readonly name?: unknown }
  const line = firstLineOf(cause)
  if (line.startsWith('Value too large')) return recordTooLarge('Deno KV', '64 KiB', cause)
  if (name === 'DataCloneError' || /could not be cloned/.test(line)) {
    // The rest of its message is the value.
    const message = 'Deno KV: an attribute cannot be stored'
    return new AuthError('AUTH_STORE_REJECTED', message, { cause })
  }
  const advice = name === 'BadResource' ? '. The database was closed' : ''
  return storeFailure(`Deno KV: ${line}${advice}`, NEVER, REJECTED, cause)
}
