/** The documentation: its programs run, and its figures are the measured ones. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { denoBinary, run } from '@limen/test-servers'
import { RELATIONS, ROWS } from '../apps/lab/test/matrix.ts'
import { generated, pages, read } from './docs.ts'
import { root } from './packages.ts'

it.each(pages)('%s has the programs and tables of their sources: pnpm embed', async (path) => {
  expect(read(path)).toBe(await generated(path))
})

it('the programs in the documentation have no type errors and run', async () => {
  // These two have tests of their own, beside an engine.
  const own = pages.filter((path) => !/^packages\/(redis|sql)\//.test(path))
  const args = ['test', '--doc', '--no-lock', '--cached-only', '--permit-no-files', ...own]
  expect(await run(denoBinary(), args, { cwd: root })).toMatch(
    /^ok \| ([89]|\d\d) passed \| 0 failed/m,
  )
}, 300_000)

describe('figures in the README', () => {
  const readme = read('README.md')!
  const results = read('apps/bench/results.md')!

  /** The median of a row of "Targets". */
  const found = (what: string, where: string) => {
    const row = results.split('\n').find((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      return cells[1] === what && cells[3] === where
    })
    return Number.parseFloat(row!.split('|')[4]!)
  }

  it('how fast: as in apps/bench/results.md', () => {
    const where = ['Node', 'workerd', 'Deno']
    const lucia = where.map((one) =>
      Math.round(found('active session: Limen / lucia 2.7', one) * 100),
    )
    const betterAuth = where.map((one) =>
      Math.round(found('active session: better-auth / Limen', one)),
    )
    expect(readme).toContain(
      `in ${lucia[0]} % of the time of lucia 2.7 in Node, ${lucia[1]} % in workerd and ${lucia[2]} % in Deno`,
    )
    expect(readme).toContain(
      `better-auth takes ${betterAuth[0]}, ${betterAuth[1]} and ${betterAuth[2]} times as long`,
    )
  })

  it('how large: as `pnpm size` and apps/bench/results.md', async () => {
    // It exits with 1 above its limit, which is not what is tested here.
    const { stdout } = await promisify(execFile)('node', [`${root}.config/size.ts`]).catch(
      (error: { stdout: string }) => error,
    )
    const [, own = ''] = /D1 store: [\d.]+ kB \((\d+) bytes\)/.exec(stdout) ?? []
    const [, claimed] = /are about ([\d.]+) kB, minified and gzipped/.exec(readme) ?? []
    expect(Math.abs(Number(claimed) - Number(own) / 1000)).toBeLessThan(0.5)
    const [, sizes = ''] = results.split('\n## Size\n')
    const [, gzip = ''] = /^\| better-auth +\|[^|]+\|([^|]+)\|/m.exec(sizes) ?? []
    const kB = Math.round(Number(gzip.replaceAll(/\D/g, '')) / 1000)
    expect(readme).toContain(`better-auth is [${kB} kB]`)
  }, 30_000)

  it('how many requests: as in the laboratory', () => {
    const servers = 2
    const [rows, columns] = [ROWS.length, RELATIONS.length]
    expect(readme).toContain(
      `${rows * columns * servers} requests: ${rows} ways to cause one, from ${columns} origins, to ${servers} servers`,
    )
  })
})
