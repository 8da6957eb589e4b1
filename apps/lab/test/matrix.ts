/** Reads the tables of matrix.md: every way to cause a request, and what the app must make of it. */
import { readFileSync } from 'node:fs'

/** The columns: the origin of the page that sends the request, relative to the app's. */
export const RELATIONS = [
  'own',
  'sibling',
  'other site',
  'http scheme',
  'own, localhost',
  'other port',
] as const
export type Relation = (typeof RELATIONS)[number]

/** One way to cause a request. */
export interface Row {
  readonly index: number
  /** The heading of its table. */
  readonly group: string
  readonly name: string
  /** The context in which its code runs. */
  readonly where: string
  readonly code: string
  readonly cells: Readonly<Record<Relation, string>>
  readonly because: string
}

export const ROWS = readRows(readFileSync(new URL('../matrix.md', import.meta.url), 'utf8'))

function readRows(text: string): readonly Row[] {
  const rows: Row[] = []
  let group = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) group = line.slice(3)
    if (!line.startsWith('| ') || /^\| (request|---)/.test(line)) continue
    const fields = line.split('|').map((field) => field.trim())
    const [, name = '', where = '', code = '', ...rest] = fields
    rows.push({
      index: rows.length,
      group,
      name,
      where,
      code: code.slice(1, -1),
      cells: Object.fromEntries(
        RELATIONS.map((relation, at) => [relation, rest[at]]),
      ) as Row['cells'],
      because: rest[RELATIONS.length] ?? '',
    })
  }
  return rows
}

/** The row with this name in this context. */
export function rowOf(name: string, where: string): Row {
  return ROWS.find((row) => row.name === name && row.where === where)!
}

/** Whether the app itself sends the request: its page does, and no other origin takes part. */
export function isOwn({ where, name }: Row, relation: Relation): boolean {
  return (
    relation.startsWith('own') &&
    !/^(sandboxed|data)/.test(where) &&
    !/by (another site|a sibling)$/.test(name)
  )
}

/** Whether the app's service worker sends a new request in place of the page's: no server can detect that. */
export function isResent({ name }: Row): boolean {
  return name.endsWith('through fetch(url)')
}
