/** Statements with many values in SQLite. */
import type { SqlValue } from '../../driver.ts'

/** D1 takes 100 values in a statement. */
const MOST_VALUES = 90

/**
 * Puts the values of a statement into one JSON array, if they are too many. SQLite rounds fractions
 * that it reads from JSON, so they stay values of their own.
 */
export function packed(
  texts: readonly string[],
  values: readonly SqlValue[],
): { text: string; values: readonly SqlValue[] } | undefined {
  if (values.length <= MOST_VALUES) return undefined
  const isFraction = (value: SqlValue) => typeof value === 'number' && !Number.isSafeInteger(value)
  const inside = values.filter((value) => !isFraction(value))
  let next = 0
  const text = texts.reduce((before, after, index) => {
    const part = isFraction(values[index - 1]!)
      ? '?'
      : `json_extract((select packed from given), '$[${next++}]')`
    return `${before}${part}${after}`
  })
  return {
    text: `with given (packed) as (select ?)\n${text}`,
    values: [JSON.stringify(inside), ...values.filter(isFraction)],
  }
}
