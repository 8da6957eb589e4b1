/** Writes `docs/lucia-names.md` from `names.ts`: `node src/names-page.ts`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type NameGroup, names2, names3 } from './names.ts'

/** Where the page is. */
export const page: string = fileURLToPath(new URL('../../docs/lucia-names.md', import.meta.url))

/** The page. */
export function namesPage(): string {
  return `# The names of Lucia

What takes the place of each name of Lucia. [Leaving Lucia](leaving-lucia.md) has the steps.

## Version 2

${names2.map(sectionOf).join('\n')}
Without a counterpart are the adapters for Mongoose, Prisma with MongoDB, Redis and unstorage.

## Version 3

${names3.map(sectionOf).join('\n')}
Without a counterpart are the adapters for MongoDB and Mongoose.
`
}

function sectionOf({ title, rows }: NameGroup): string {
  const lines = rows.map(([lucia, limen, note]) => {
    const shown = limen.map((name) => `\`${shownName(name)}\``).join(', ')
    return [`\`${lucia.replace('type ', '')}\``, shown || '–', note ?? ''].map(escaped)
  })
  const table = [['Lucia', 'Limen', ''], ...lines]
  const widths = [0, 1, 2].map((column) => Math.max(3, ...table.map((row) => row[column]!.length)))
  const written = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = table
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `### ${title}\n\n${[written(head!), rule, ...body.map(written)].join('\n')}\n`
}

/** A name as code has it. */
function shownName(name: string): string {
  if (name.startsWith('option.')) {
    return `limen({ ${name.split('.').slice(1).join(': { ')}${' }'.repeat(name.split('.').length - 1)})`
  }
  return name.replace(/^code\./, '').replace(/^@limen\/[\w/]+:/, '')
}

const escaped = (cell: string) => cell.replaceAll('|', '\\|')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, namesPage())
