/** Repeats an optimistic change until no other client changes the same record. */
import { AuthError } from './error.ts'

/** What an attempt resolves with when another client changed what it read. */
export const RETRY: unique symbol = Symbol('retry')

/** How long a change is tried. */
export interface RetryOptions {
  /** How many attempts are made. */
  readonly attempts: number
  /** The longest wait between two attempts, in milliseconds. */
  readonly longestWaitMs: number
  /** The message of the error when the last attempt fails. */
  readonly message: string
}

/**
 * Makes a change, and makes it again while others change the same record: the second attempt follows
 * at once, the others after random waits that grow, so that clients do not collide again and again.
 *
 * @param attempt Reads, and writes if nothing has changed since; otherwise resolves with {@link RETRY}.
 * @param options How often, and how long to wait.
 * @returns What the first other attempt resolves with. A rejection is not retried.
 * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when every attempt resolved with {@link RETRY}.
 *
 * @example
 * let version = 1
 * const options = { attempts: 10, longestWaitMs: 100, message: 'gave up after 10 attempts' }
 * await retrying(async () => (version++ < 3 ? RETRY : `version ${version}`), options)
 * // 'version 4'
 */
export async function retrying<Answer>(
  attempt: () => Promise<Answer | typeof RETRY>,
  { attempts, longestWaitMs, message }: RetryOptions,
): Promise<Answer> {
  for (let failures = 0; failures < attempts; failures++) {
    if (failures > 1) await wait(Math.random() * Math.min(2 ** failures, longestWaitMs))
    const answer = await attempt()
    if (answer !== RETRY) return answer
  }
  throw new AuthError('AUTH_STORE_UNAVAILABLE', message)
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
