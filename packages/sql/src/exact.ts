/** Whether JavaScript's numbers carry what an engine stores. */
import { AuthError } from '@limen/core'

/** A text or a number of JSON, so digits in a text are skipped. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** No double has a longer text, even one with all its 1,074 decimals. */
const LONGEST_NUMBER = 1100

/** The digits of a number, without sign, point, exponent and the zeros at either end. */
export function digitsOf(number: string): string {
  const digits = number.replace(/e.*$/i, '').replaceAll(/[^\d]/g, '').replace(/^0+/, '')
  // The pattern /0+$/ would take quadratic time: it starts again at each zero.
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

/**
 * Whether JavaScript's number equals its text. A text with a fraction or an exponent can have 17
 * digits: some engines write a double with more digits than the shortest text has. A text of more
 * than 1,100 characters is never exact, so that checking a number takes a bounded time.
 */
export function isExact(text: string): boolean {
  if (text.length > LONGEST_NUMBER) return false
  const number = Number(text)
  if (!Number.isFinite(number)) return false
  const digits = digitsOf(text)
  if (digits === digitsOf(`${number}`)) return true
  return /^-?\d+$/.test(text) ? BigInt(text) === BigInt(number) : digits.length <= 17
}

/**
 * Parses JSON.
 *
 * @throws {AuthError} `AUTH_STORE_REJECTED` when it is broken, or holds a number that would be rounded
 * or that has more than 1,100 characters.
 */
export function parsedJson(text: string, name: string): unknown {
  const parsed = validJson(text, name)
  // Limen writes no such number itself, but another program can write to the same column.
  if (/\d[\d.]{15}/.test(text)) {
    for (const [token] of text.matchAll(TOKENS)) {
      if (token.startsWith('"') || isExact(token)) continue
      throw new AuthError(
        'AUTH_STORE_REJECTED',
        token.length > LONGEST_NUMBER
          ? `${name} cannot be read: the JSON holds a number of more than ${LONGEST_NUMBER} characters`
          : `${name} cannot be read: the JSON holds a number that JavaScript would round`,
      )
    }
  }
  return parsed
}

// Parsed before its numbers are searched: in JSON whose texts are not closed, the search would take
// quadratic time.
function validJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new AuthError('AUTH_STORE_REJECTED', `${name} cannot be read: it is not JSON`)
  }
}
