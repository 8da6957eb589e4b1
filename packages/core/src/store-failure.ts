/** Turns the failure of an engine into an error with a code. */
import { AuthError } from './error.ts'
import { tooLarge as tooLargeMessage } from './messages.ts'

/**
 * Creates the error for a failure of an engine, with the code that fits its message. A failure that
 * matches no pattern may pass, so it is `AUTH_STORE_UNAVAILABLE`.
 *
 * @param message What the error says: the engine's own message, without values.
 * @param tooLarge Matches the message when a record is too large: `AUTH_RECORD_TOO_LARGE`.
 * @param rejected Matches the message when the same call will fail again: `AUTH_STORE_REJECTED`.
 * @param cause What the engine rejected with.
 * @returns The error. Throw it.
 *
 * @example
 * const cause = new Error('no such table: limen_user')
 * storeFailure(`D1: ${cause.message}`, /too big/, /no such table/, cause).code
 * // 'AUTH_STORE_REJECTED'
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

/**
 * Creates the error for a record that exceeds a limit of the engine.
 *
 * @param engine The engine's name, such as `Deno KV`.
 * @param limit The most that a record can have, with its unit, such as `64 KiB`.
 * @param cause What the engine rejected with. Leave it out when the store checked the size itself.
 * @returns The error, whose code is `AUTH_RECORD_TOO_LARGE`. Throw it.
 *
 * @example
 * recordTooLarge('Deno KV', '64 KiB').message
 * // 'Deno KV: the attributes are too large: a record can have at most 64 KiB'
 */
export function recordTooLarge(engine: string, limit: string, cause?: unknown): AuthError {
  const message = tooLargeMessage(engine, limit)
  return new AuthError('AUTH_RECORD_TOO_LARGE', message, cause === undefined ? {} : { cause })
}

/**
 * The first line of an engine's message. Engines put details on the next ones, such as a stack trace.
 *
 * @param cause What the engine rejected with: usually an error, but it can be any value.
 * @returns One line, without a line break.
 *
 * @example
 * firstLineOf(new Error('no such table: limen_user\n    at prepare'))
 * // 'no such table: limen_user'
 */
export function firstLineOf(cause: unknown): string {
  const { message = cause } = (cause ?? {}) as { readonly message?: unknown }
  return String(message).split('\n', 1)[0]!
}
