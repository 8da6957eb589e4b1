import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { limen } from '../packages/core/src/index.ts'
import { memoryStore } from '../packages/core/src/memory-store.ts'
import { filesWithIds, withTests } from './threats.ts'
import { root } from './packages.ts'

const read = (path: string) => readFileSync(root + path, 'utf8')
const model = read('docs/threat-model.md')
const asvs = read('docs/asvs.md')

const filesOf = filesWithIds()

/** Each threat of the document, with its text. */
const threats = model
  .split(/^#{2,3} /m)
  .filter((text) => /^T\d\d /.test(text))
  .map((text) => [text.slice(0, 3), text] as const)
const ids = threats.map(([id]) => id)

describe('SECURITY.md', () => {
  it('has at most 3,000 bytes', () => {
    expect(Buffer.byteLength(read('SECURITY.md'))).toBeLessThanOrEqual(3000)
  })
})

describe('docs/threat-model.md', () => {
  it('has every threat once, and each in its table of contents', () => {
    expect(ids.length).toBeGreaterThan(40)
    expect(new Set(ids).size).toBe(ids.length)
    const contents = Array.from(model.matchAll(/^ *- \[(T\d\d) .*\]\(#t\d\d-/gm), ([, id]) => id)
    expect(contents).toEqual(ids)
  })

  it('has every id that a test title carries', () => {
    expect(ids).toEqual(expect.arrayContaining([...filesOf.keys()]))
  })

  it.each(threats)('%s has its three parts, and a test title carries it', (id, text) => {
    expect(text).toMatch(/^- \*\*By default:\*\* .+\n- \*\*You must:\*\* .+\n- \*\*Tests:\*\* .+$/m)
    expect([...filesOf.keys()]).toContain(id)
  })

  it('links to the files of these tests, as `node .config/threats.ts` writes them', () => {
    expect(model).toBe(withTests(model, filesOf))
  })
})

describe('docs/asvs.md', () => {
  const rows = Array.from(asvs.matchAll(/^\| \*\*(7[.\d]+)\*\* /gm), ([, number]) => number)
  const tests = Array.from(
    asvs.matchAll(/^\| (7[.\d]+) +\| \[.+?\]\(\.\.\/(.+?)\) +\| (.+?) +\|$/gm),
    ([, number = '', path = '', title = '']) => [number, path, title] as const,
  )

  it('has all requirements of ASVS 5.0 V7, each once and in order', () => {
    const parts = [3, 4, 2, 5, 3, 2]
    const all = parts.flatMap((many, part) =>
      Array.from({ length: many }, (_, index) => `7.${part + 1}.${index + 1}`),
    )
    expect(rows).toEqual(all)
    expect([...new Set(tests.map(([number]) => number))]).toEqual(all)
  })

  it.each(tests)('%s is held by a test of %s that exists: %s', (_, path, title) => {
    // After `it(`, `it.each(…)(` or the `name:` of a case of a suite.
    const titles = read(path).matchAll(/(?:\bit\(|\)\(|\bname: )\s*'(.+)'/g)
    expect(Array.from(titles, ([, found]) => found)).toContain(title)
  })

  it('states the lifetimes that are the defaults', async () => {
    const DAY = 86_400_000
    const store = memoryStore()
    const { userId } = await limen({ store }).createUser({})
    /** The deadlines of a new session, in days. */
    async function daysOf(sessionExpiresIn?: { activePeriod: number }) {
      const auth = limen({ store, now: () => 0, ...(sessionExpiresIn && { sessionExpiresIn }) })
      const session = await auth.createSession({ userId })
      return [+session.activePeriodExpiresAt / DAY, +session.idlePeriodExpiresAt / DAY] as const
    }
    const [active, idle] = await daysOf()
    expect(asvs).toContain(`not used for ${idle - active} to ${idle} days expires`)
    expect(asvs).toContain(`at most once in ${active} day.`)
    const [, end] = await daysOf({ activePeriod: 36_500 * DAY })
    expect(asvs).toContain(`**Maximum lifetime.** ${end / 365} years`)
  })
})
