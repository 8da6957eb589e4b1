/** Every way in which a page can cause a request, and what comes of it: the tables of matrix.md. */
import { readFileSync } from 'node:fs'

/** Who asks whom: the columns. */
export const RELATIONS = [
  'own',
  'sibling',
  'stranger',
  'http twin',
  'own, dev',
  'other port',
] as const
export type Relation = (typeof RELATIONS)[number]

/** One row. */
export interface Way {
  readonly index: number
  /** The heading that it stands under. */
  readonly group: string
  readonly name: string
  /** Where its code runs. */
  readonly where: string
  readonly code: string
  readonly cells: Readonly<Record<Relation, string>>
  readonly because: string
}

/** All rows, in their order. */
export const WAYS = readWays(readFileSync(new URL('../matrix.md', import.meta.url), 'utf8'))

function readWays(text: string): readonly Way[] {
  const ways: Way[] = []
  let group = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) group = line.slice(3)
    if (!line.startsWith('| ') || /^\| (request|---)/.test(line)) continue
    const fields = line.split('|').map((field) => field.trim())
    const [, name = '', where = '', code = '', ...rest] = fields
    ways.push({
      index: ways.length,
      group,
      name,
      where,
      code: code.slice(1, -1),
      cells: Object.fromEntries(
        RELATIONS.map((relation, at) => [relation, rest[at]]),
      ) as Way['cells'],
      because: rest[RELATIONS.length] ?? '',
    })
  }
  return ways
}

/** Whether the app itself asks: its own page does, from an origin and along a way all its own. */
export function isOwn({ where, name }: Way, relation: Relation): boolean {
  return (
    relation.startsWith('own') &&
    !/^(sandboxed|data)/.test(where) &&
    !/by a (stranger|sibling)$/.test(name)
  )
}

/** The one way that no server can tell from its own. */
export function isLaundered({ name }: Way): boolean {
  return name.endsWith('through fetch(url)')
}
