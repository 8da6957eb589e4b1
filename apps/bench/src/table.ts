/** Writes tables in Markdown. */

/** A table in Markdown; all but the first column are numbers. */
export function table([header, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const widths = header!.map((_, n) =>
    Math.max(3, ...[header!, ...rows].map((row) => row[n]!.length)),
  )
  const padded = (row: readonly string[]) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)))
  const rule = widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(padded(header!)), line(rule), ...rows.map((row) => line(padded(row)))].join('\n')
}
