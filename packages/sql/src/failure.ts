/** Reports an engine's failure without what it was given and what it stores. */
import { AuthError } from '@limen/core'
import type { SqlValue } from './driver.ts'

/** What the store was doing, as a message says it after `Cannot`. */
const CALLS = {
  read: 'read a session',
  insert: 'create a session',
  renew: 'renew a session',
  update: "update a session's attributes",
  delete: 'delete a session',
  deleteByUser: "delete a user's sessions",
  listByUser: "list a user's sessions",
  deleteExpired: 'delete expired sessions',
  createUser: 'create a user',
  readUser: 'read a user',
  updateUser: "update a user's attributes",
  deleteUser: 'delete a user',
  migrate: 'migrate',
}

/** What the store was doing. */
export type Call = keyof typeof CALLS

/** What clients call the short names that say where and why. */
const NAMES = [
  'code',
  'errno',
  'errcode',
  'sqlState',
  'schema',
  'schema_name',
  'table',
  'table_name',
  'column',
  'column_name',
  'constraint',
  'constraint_name',
]

/** No engine has a longer name. */
const LONGEST_NAME = 64
/** From here on a value is hidden wherever it stands, and a shorter one between quotes. */
const LONG_VALUE = 8
/** As long as the hash of a secret, or longer. */
const LIKE_A_HASH = /[\w-]{43,}/g
/** How MySQL and MariaDB quote a value, of which they may keep the beginning alone. */
const QUOTED_VALUE = /\b((?:value|entry):? )(?:'.*'(?= for (?:column|key|function)\b)|'.*')/gis

/**
 * Reports a failure: rejected, where the engine answered and will answer the same again, or else
 * unavailable. Clients put the values of the statement into their errors, and PostgreSQL the whole
 * row, in which the hash of a secret is: they end up in logs.
 *
 * @param call What the store was doing.
 * @param cause What the driver rejected with.
 * @param values What the statement was given.
 * @returns The failure. Its cause is in the engine's words, with its codes and the names of what it
 * was about; the original is not its cause.
 */
export function failure(call: Call, cause: unknown, values: readonly SqlValue[]): AuthError {
  const shown = withoutValues(cause, values)
  const [words] = shown.message.split('\n', 1)
  const hint = hintFor(cause)
  return new AuthError(
    isRejection(cause) ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE',
    `Cannot ${CALLS[call]}: ${words}${hint && `. ${hint}`}`,
    { cause: shown },
  )
}

/** The SQLSTATE classes of statements, values and objects that are wrong. All others may pass. */
const REJECTED_CLASSES = new Set([
  '0A', // feature not supported
  '21', // cardinality
  '22', // data
  '23', // constraint
  '26', // a prepared statement that is gone
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

/** Errors of MySQL and MariaDB whose SQLSTATE is too general, or is another class's. */
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

/** SQLite's primary result codes that no later call changes, by number and by name. */
const REJECTED_RESULTS = new Set([1, 11, 18, 19, 20, 25, 26])
const REJECTED_RESULT_NAMES = /\bSQLITE_(ERROR|TOOBIG|CONSTRAINT|MISMATCH|RANGE|NOTADB|CORRUPT)/
const RESULT_NAME = /\bSQLITE_[A-Z]/
/** How SQLite words them, where a client gives no result code. */
const REJECTED_WORDS =
  /\bno such (table|column)|has no column named|constraint failed|datatype mismatch|too many SQL variables|string or blob too big|syntax error|not a database|disk image is malformed/

function isRejection(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const { code, errno, errcode, sqlState } = cause as {
    code?: unknown
    errno?: unknown
    errcode?: unknown
    sqlState?: unknown
  }
  if (typeof sqlState === 'string' && typeof errno === 'number') {
    if (REJECTED_NUMBERS.has(errno)) return true
    return !UNAVAILABLE_NUMBERS.has(errno) && REJECTED_CLASSES.has(sqlState.slice(0, 2))
  }
  // The extended result code of node:sqlite, whose low byte is the primary one.
  if (typeof errcode === 'number') return REJECTED_RESULTS.has(errcode & 0xff)
  if (typeof code === 'string' && /^[\dA-Z]{5}$/.test(code)) {
    return REJECTED_CLASSES.has(code.slice(0, 2))
  }
  const named = [code, cause.message].find(
    (text) => typeof text === 'string' && RESULT_NAME.test(text),
  )
  return named === undefined
    ? REJECTED_WORDS.test(cause.message)
    : REJECTED_RESULT_NAMES.test(named as string)
}

/** PostgreSQL's code, MySQL's and MariaDB's number and SQLite's words for a table that is missing. */
function hintFor(cause: unknown): string {
  const { code, errno, message } = Object(cause) as {
    code?: unknown
    errno?: unknown
    message?: unknown
  }
  if (code === '42P01' || errno === 1146 || /\bno such table/.test(String(message))) {
    return 'Apply the migrations: run migrate(driver, layout), or the statements of migrations(dialect, layout)'
  }
  if (code === '26000' || code === '42P05') {
    return 'Behind a pooler that cannot keep prepared statements, turn them off with prepare: false'
  }
  return ''
}

function withoutValues(cause: unknown, values: readonly SqlValue[]): Error {
  if (!(cause instanceof Error)) return new Error('no reason was given')
  const names = { ...namesIn(cause.cause, ['code']), ...namesIn(cause, NAMES) }
  const error = new Error(
    hidden(wordsOf(cause), values) || `${names['code'] ?? 'no reason was given'}`,
  )
  error.name = cause.name
  return Object.assign(error, names)
}

/** An `AggregateError` of several addresses has no words of its own. */
function wordsOf(cause: Error): string {
  const { errors } = cause as { errors?: unknown }
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : []
  return cause.message || (first instanceof Error ? first.message : '')
}

function namesIn(cause: unknown, names: readonly string[]): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(Object(cause)))
      .filter(([name]) => names.includes(name))
      .flatMap(([name, { value }]) => (isShort(value) ? [[name, value]] : [])),
  )
}

function isShort(value: unknown): value is string | number {
  if (typeof value !== 'string') return typeof value === 'number'
  return value.length <= LONGEST_NAME && hidden(value, []) === value
}

function hidden(message: string, values: readonly SqlValue[]): string {
  const texts = values.flatMap(textsIn).filter((text) => text !== '')
  // The longest first, as another may be a part of it.
  return texts
    .toSorted((one, other) => other.length - one.length)
    .reduce((words, text) => {
      if (text.length >= LONG_VALUE) return words.replaceAll(text, '…')
      return words.replaceAll(`'${text}'`, `'…'`).replaceAll(`"${text}"`, '"…"')
    }, message)
    .replaceAll(QUOTED_VALUE, `$1'…'`)
    .replaceAll(LIKE_A_HASH, '…')
}

/** A value as text, and all texts and numbers inside where it is JSON. */
function textsIn(value: SqlValue): string[] {
  if (value === null) return []
  if (typeof value === 'number' || !/^[[{]/.test(value)) return [`${value}`]
  const texts = [value]
  const collect = (_: string, inner: unknown) => {
    if (typeof inner === 'string' || typeof inner === 'number') texts.push(`${inner}`)
    return inner
  }
  try {
    JSON.parse(value, collect)
    return texts
  } catch {
    // A text that only begins as JSON does.
    return texts
  }
}
