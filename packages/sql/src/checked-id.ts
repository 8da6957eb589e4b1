/** Checks the type of an id. */
import { AuthError } from '@limen/core'

/**
 * Checks that an id is text: to MariaDB, every text that does not begin with a digit equals 0.
 *
 * @throws {AuthError} `AUTH_STORE_REJECTED` when it is not.
 */
export function checkedId(id: unknown): string {
  if (typeof id === 'string') return id
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `An id must be text (got ${id === null ? 'null' : `a value of the type ${typeof id}`})`,
  )
}
