/** Tables and numbers as text. */
import { markdownTable } from 'markdown-table'
import type { Spread } from './statistics.ts'

/** A table in Markdown. All columns but the first are aligned to the right. */
export const table = (rows: readonly (readonly string[])[]): string =>
  markdownTable(rows, { align: ['', ...rows[0]!.slice(1).map(() => 'right')] })

/** Three digits of a number, or all before the decimal point. */
export function numberText(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}

/** A median with its quartiles. */
export const spreadText = ({ median, low, high }: Spread): string =>
  `${numberText(median)} (${numberText(low)} to ${numberText(high)})`

/** Items, one a line. */
export const list = (items: Iterable<string>): string =>
  Array.from(items, (item) => `- ${item}`).join('\n')
