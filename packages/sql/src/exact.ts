/** Whether JavaScript's numbers carry what an engine stores. */
import { AuthError } from '@limen/core'

/** A text or a number of JSON, so digits in a text are skipped. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** The digits of a number, without sign, point, exponent and the zeros at either end. */
export function digitsOf(number: string): string {
  return number.replace(/e.*$/i, '').replaceAll(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

/**
 * Whether JavaScript's number equals its text. A text with a fraction or an exponent can have 17
 * digits: some engines write a double with more digits than the shortest text has.
 */
export function isExact(text: string): boolean {
  const number = Number(text)
  if (!Number.isFinite(number)) return false
  const digits = digitsOf(text)
  if (digits === digitsOf(`${number}`)) return true
  return /^-?\d+$/.test(text) ? BigInt(text) === BigInt(number) : digits.length <= 17
}

/**
 * Parses JSON.
 *
 * @throws {AuthError} `AUTH_STORE_REJECTED` when it is broken, or holds a number that would be rounded.
 */
export function parsedJson(text: string, name: string): unknown {
  // Limen writes no such number itself, but another program can write to the same column.
  if (/\d[\d.]{15}/.test(text)) {
    for (const [token] of text.matchAll(TOKENS)) {
      if (token.startsWith('"') || isExact(token)) continue
      throw new AuthError(
        'AUTH_STORE_REJECTED',
        `${name} cannot be read: the JSON holds a number that JavaScript would round`,
      )
    }
  }
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new AuthError('AUTH_STORE_REJECTED', `${name} cannot be read: it is not JSON`)
  }
}
