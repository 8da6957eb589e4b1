/** What the errors of MySQL and MariaDB mean. */
import type { Failures } from '../dialect.ts'
import { isRejectedState } from '../sqlstate.ts'

/** Errors whose SQLSTATE is too general, or is another class's. */
const REJECTED_NUMBERS = new Set([
  1153, // a packet larger than max_allowed_packet
  1210, // wrong arguments
  1265, // data truncated
  1364, // no default
  1366, // wrong value
  1390, // too many placeholders
  1525, // wrong value
  3819, // check constraint
  4025, // check constraint
])
const UNAVAILABLE_NUMBERS = new Set([
  1203, // the user has too many connections
  1226, // a limit of the user on this hour
  1461, // max_prepared_stmt_count
])
const DEADLOCK = 1213
const DUPLICATE = 1062
const MISSING_TABLE = 1146

export const failures: Failures = {
  isRejection({ errno, sqlState }) {
    // Without a state, the client failed, not the engine.
    if (typeof sqlState !== 'string' || typeof errno !== 'number') return false
    if (REJECTED_NUMBERS.has(errno)) return true
    return !UNAVAILABLE_NUMBERS.has(errno) && isRejectedState(sqlState)
  },
  isDeadlock: ({ errno }) => errno === DEADLOCK,
  isMissingTable: ({ errno }) => errno === MISSING_TABLE,
  isDuplicate: ({ errno }) => errno === DUPLICATE,
}
