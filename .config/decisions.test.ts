import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../decisions/', import.meta.url))
const files = readdirSync(folder).filter((name) => name !== 'README.md')
const read = (name: string) => readFileSync(folder + name, 'utf8')
const titleOf = (text: string) => /^# (\d+)\. (.+)$/m.exec(text)?.slice(1) ?? []

describe('decision records', () => {
  it.each(files)('%s has a title, a status and the four sections', (name) => {
    const text = read(name)
    expect(Number(titleOf(text)[0])).toBe(Number(name.slice(0, 4)))
    expect(text).toMatch(/^Status: (accepted|superseded by|partly superseded by)/m)
    const sections = Array.from(text.matchAll(/^## (.+)$/gm), ([, title]) => title)
    expect(sections).toEqual(['Context', 'Decision', 'Alternatives', 'When to revisit'])
  })

  it('are listed in the index with number, title, one line and status', () => {
    const rows = read('README.md').matchAll(
      /^\| (\d+) +\| \[(.+)\]\((\S+)\) +\| \S.* \| \S.* \|$/gm,
    )
    const listed = Array.from(rows, ([, number, title, file]) => [file, number, title])
    expect(listed).toEqual(files.map((name) => [name, ...titleOf(read(name))]))
  })
})
