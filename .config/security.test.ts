import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const page = readFileSync(at('SECURITY.md'), 'utf8')

/** Files of tests by the short names that the tables call them. */
const files = new Map(
  Array.from(page.matchAll(/^\[([^\]]+)\]: (.+)$/gm), ([, name = '', path = '']) => [name, path]),
)

/** The cells of each row of each table, without the heads. */
const tables = Array.from(page.matchAll(/(?:^\|.*\|\n)+/gm), ([table]) =>
  table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
)

type Shown = [file: string, test: string]

/** A file's short name, then names of tests in quotes. */
const NAMED = /\[([^\]]+)\]((?:(?:,| and)? “[^”]+”)+)/g

function shownBy(text: string): Shown[] {
  return Array.from(text.matchAll(NAMED), ([, file = '', tests = '']) =>
    Array.from(tests.matchAll(/“([^”]+)”/g), ([, test = '']): Shown => [file, test]),
  ).flat()
}

describe('SECURITY.md', () => {
  const shown = shownBy(page)

  it.each(shown)('%s has “%s”', (file, test) => {
    const text = readFileSync(at(files.get(file)!), 'utf8')
    const [name, end] = test.endsWith('…') ? [test.slice(0, -1).trimEnd(), false] : [test, true]
    const found = ["'", '`'].some((quote) => text.includes(quote + name + (end ? quote : '')))
    expect(found).toBe(true)
  })

  it('has in each row of a threat or requirement what shows it, or says that nothing does', () => {
    const rows = tables.flat().filter((cells) => cells.length > 3)
    expect(rows.length).toBeGreaterThan(60)
    for (const cells of rows) {
      const rest = cells.at(-1)!.replaceAll(NAMED, 'shown')
      expect(rest, cells[0]).toMatch(/^(none|shown(; shown)*)$/)
    }
  })

  it('names no file that it does not link, and links none that it does not name', () => {
    const used = new Set(shown.map(([file]) => file))
    expect([...files.keys()].toSorted()).toEqual([...used].toSorted())
  })

  it('links to files that exist', () => {
    const links = Array.from(page.matchAll(/\]\(([^)#]*)[^)]*\)/g), ([, path = '']) => path)
    const own = links.filter((path) => path && !/^(https:|\.\.)/.test(path))
    expect(own.length).toBeGreaterThan(5)
    for (const path of [...own, ...files.values()]) expect(existsSync(at(path)), path).toBe(true)
  })

  it('has all requirements of ASVS 5.0 V7, each once and in order', () => {
    const parts = [3, 4, 2, 5, 3, 2]
    const all = parts.flatMap((many, part) =>
      Array.from({ length: many }, (_, at) => `7.${part + 1}.${at + 1}`),
    )
    const numbers = tables
      .flat()
      .flatMap(([first = '']) => /^\*\*(7[.\d]+)\*\*/.exec(first)?.[1] ?? [])
    expect(numbers).toEqual(all)
  })
})
