/** Reports an engine's failure without the values of the statement and of the database. */
import { AuthError } from '@limen/core'
import type { Dialect, EngineError } from './dialects/dialect.ts'
import type { SqlValue } from './driver.ts'

/** The properties of clients' errors that hold codes, and names of tables and columns. */
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
/** A value of this length or more is hidden wherever it is, a shorter one only between quotes. */
const LONG_VALUE = 8
/** Text of the length of a secret's hash, or longer. */
const LIKE_A_HASH = /[\w-]{43,}/g
/** How MySQL and MariaDB quote a value, which they can truncate. Other engines use no such words. */
const QUOTED_VALUE = /\b((?:value|entry):? )(?:'.*'(?= for (?:column|key|function)\b)|'.*')/gis

const NO_REASON = 'no reason was given'
const MIGRATE =
  'Apply the migrations: run migrate(driver, layout), or the statements of migrations(dialect, layout)'

/**
 * The error for a failure of the engine: rejected, where the engine answered and will answer the same
 * again, otherwise unavailable. Clients put the values of the statement into their errors, and
 * PostgreSQL the whole row, with the hash of a secret. Errors end up in logs, so values are hidden.
 *
 * @param call What failed, as a message says it after `Cannot`.
 * @param cause What the driver rejected with.
 * @param values The values of the statement.
 * @param dialect The engine's dialect.
 * @returns The error. Its cause has the engine's message without values, its codes, and the names of
 * tables and columns; the original error is not its cause.
 */
export function failure(
  call: string,
  cause: unknown,
  values: readonly SqlValue[],
  { failures }: Dialect,
): AuthError {
  const shown = withoutValues(cause, values)
  const [message] = shown.message.split('\n', 1)
  if (!(cause instanceof Error)) {
    return new AuthError('AUTH_STORE_UNAVAILABLE', `Cannot ${call}: ${message}`, {
      cause: shown,
    })
  }
  const error = cause as EngineError
  const advice = failures.isMissingTable(error) ? MIGRATE : failures.advice?.(error)
  return new AuthError(
    failures.isRejection(error) ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE',
    `Cannot ${call}: ${message}${advice === undefined ? '' : `. ${advice}`}`,
    { cause: shown },
  )
}

function withoutValues(cause: unknown, values: readonly SqlValue[]): Error {
  if (!(cause instanceof Error)) return new Error(NO_REASON)
  const names = { ...namesIn(cause.cause, ['code']), ...namesIn(cause, NAMES) }
  const error = new Error(hidden(messageOf(cause), values) || `${names['code'] ?? NO_REASON}`)
  error.name = cause.name
  return Object.assign(error, names)
}

/** An `AggregateError` of several addresses has no message of its own. */
function messageOf(cause: Error): string {
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
  // The longest first, as another can be a part of it.
  return texts
    .toSorted((one, other) => other.length - one.length)
    .reduce((shown, text) => {
      if (text.length >= LONG_VALUE) return shown.replaceAll(text, '…')
      return shown.replaceAll(`'${text}'`, `'…'`).replaceAll(`"${text}"`, '"…"')
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
    // A text that begins like JSON and is not.
    return texts
  }
}
