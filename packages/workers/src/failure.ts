/** Gives each failure of an engine its code. */
import { AuthError } from '@limen/core'

/**
 * The error for a failure of an engine. What matches no pattern may work later.
 *
 * @param message What the engine says, without values.
 * @param tooLarge Matches attributes that are too large.
 * @param rejected Matches what the engine will answer to the same call again.
 * @param cause What the engine rejected with.
 */
export function storeFailure(
  message: string,
  tooLarge: RegExp,
  rejected: RegExp,
  cause: unknown,
): AuthError {
  const code = tooLarge.test(message)
    ? 'AUTH_RECORD_TOO_LARGE'
    : rejected.test(message)
      ? 'AUTH_STORE_REJECTED'
      : 'AUTH_STORE_UNAVAILABLE'
  return new AuthError(code, message, { cause })
}
