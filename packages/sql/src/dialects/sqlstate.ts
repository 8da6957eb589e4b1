/** SQLSTATE: error codes of five characters, which PostgreSQL, MySQL and MariaDB share. */

/** The classes of statements, values and objects that are wrong. A later call can succeed in all others. */
const REJECTED_CLASSES = new Set([
  '0A', // feature not supported
  '21', // cardinality
  '22', // data
  '23', // constraint
  '26', // a missing prepared statement
  '28', // no such user, or a wrong password
  '2B', // dependent objects
  '3D', // no such database
  '3F', // no such schema
  '42', // syntax, privileges, no such table or column
  '44', // check option of a view
  '45', // a trigger of MySQL or MariaDB
  '54', // limits of the engine
  'P0', // a trigger of PostgreSQL
])

/** Whether the engine will fail the same call again. */
export function isRejectedState(state: unknown): boolean {
  return (
    typeof state === 'string' &&
    /^[\dA-Z]{5}$/.test(state) &&
    REJECTED_CLASSES.has(state.slice(0, 2))
  )
}
