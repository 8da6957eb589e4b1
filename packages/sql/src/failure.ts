/** What an engine failed with, told again without what it was given and what it keeps. */
import type { SqlValue } from './driver.ts'

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

/**
 * Tells a failure again. Clients put the values of the statement into their errors, and PostgreSQL
 * the whole row, in which the hash of a secret is: they end up in logs.
 *
 * @param cause What the driver rejected with.
 * @param values What the statement was given.
 * @returns An error in the engine's words, with its codes and the names of what it was about. The
 * original is not its cause.
 */
export function failure(cause: unknown, values: readonly SqlValue[]): Error {
  if (!(cause instanceof Error)) return new Error('no reason was given')
  const names = { ...namesIn(cause.cause, ['code']), ...namesIn(cause, NAMES) }
  const error = new Error(
    hidden(cause.message, values) || `${names['code'] ?? 'no reason was given'}`,
  )
  error.name = cause.name
  return Object.assign(error, names)
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
  const texts = values.filter((value) => typeof value === 'string' && value !== '') as string[]
  // The longest first, as another may be a part of it.
  return texts
    .sort((one, other) => other.length - one.length)
    .reduce((words, text) => {
      if (text.length >= LONG_VALUE) return words.replaceAll(text, '…')
      return words.replaceAll(`'${text}'`, `'…'`).replaceAll(`"${text}"`, '"…"')
    }, message)
    .replaceAll(LIKE_A_HASH, '…')
}
