/**
 * Runs many more random histories over every store than a test run does, and writes the results to
 * `packages/conformance/soak.md`:
 * `node .config/soak.ts [--histories of each case] [--parts to run them in] [words of a test name …]`.
 *
 * Each part runs with a seed in a process of its own: a local workerd does not close the files of its
 * Durable Objects, and 50,000 histories need more open files than one process can have.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const result = join(root, 'packages/conformance/soak.md')
const { values, positionals: words } = parseArgs({
  options: {
    histories: { type: 'string', default: '50000' },
    parts: { type: 'string', default: '1' },
  },
  allowPositionals: true,
})
const parts = Number(values.parts)
if (!Number.isInteger(parts) || parts < 1)
  throw new Error(`--parts must be a whole number from 1 (got ${values.parts})`)
const histories = String(Math.ceil(Number(values.histories) / parts))
const folder = mkdtempSync(join(tmpdir(), 'limen-soak-'))
const report = join(folder, 'report.json')

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
      readonly duration?: number
    }[]
  }[]
}

interface Outcome {
  histories: number
  failed: boolean
  milliseconds: number
  readonly seeds: string[]
}

const outcomes = new Map<string, Outcome>()
const names = ['-t', [...words, '(random histories|on a real Deno KV)'].join('.*')]
// The files whose tests read the number of histories.
for (const [project, runtime, ...files] of [
  ['node', 'Node', 'conformance/test/core-stores', 'workers/test/kv-histories'],
  [
    'workerd',
    'workerd',
    'workers/src/d1-store',
    'workers/src/durable-object-store',
    'lucia/src/histories',
  ],
  [
    'sql',
    'Node',
    'sql/src/sql-store',
    'sql/src/postgres.server',
    'sql/src/mysql.server',
    'lucia/src/histories',
  ],
  ['redis', 'Node', 'redis/src/redis-store'],
  ['deno', 'Deno', 'deno/src/deno.test'],
] as const) {
  for (let part = 0; part < parts; part++) {
    const seed = String(Math.trunc(Math.random() * 2 ** 31))
    const args = ['run', '--config', 'vitest.workspace.ts', '--project', project, ...files]
    // Otherwise a run that fails to start would count with the report of the run before.
    rmSync(report, { force: true })
    spawnSync(
      'vitest',
      [
        ...args,
        ...names,
        '--passWithNoTests',
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${report}`,
      ],
      {
        cwd: root,
        env: { ...process.env, HISTORIES: histories, SEED: seed },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    if (!existsSync(report)) {
      console.error(`${project}: vitest wrote no report`)
      process.exitCode = 1
      continue
    }
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    for (const { ancestorTitles, title, status, duration = 0 } of testResults.flatMap(
      ({ assertionResults }) => assertionResults,
    )) {
      if (status !== 'passed' && status !== 'failed') continue
      const where = new Set([...ancestorTitles, `in ${runtime}`])
      const what = `${[...where].join(' ')}: ${title}`
      const outcome = outcomes.get(what) ?? {
        histories: 0,
        failed: false,
        milliseconds: 0,
        seeds: [],
      }
      outcome.histories += Number(histories)
      if (status === 'failed') console.error(`${what}: failed with the seed ${seed}`)
      outcome.failed ||= status === 'failed'
      outcome.milliseconds += duration
      outcome.seeds.push(seed)
      outcomes.set(what, outcome)
    }
  }
}
const today = new Date().toISOString().slice(0, 10)
const lines = Array.from(outcomes, ([what, { histories: count, failed, milliseconds, seeds }]) => {
  const outcome = failed ? 'failed' : 'passed'
  const seconds = Math.round(milliseconds / 1000)
  return `| ${what} | ${count.toLocaleString('en')} | ${outcome} | ${seconds} s | ${seeds.join(' ')} | ${today} |`
})
const old = existsSync(result) ? readFileSync(result, 'utf8').split('\n').slice(8) : []
const whatOf = (line: string) => line.split('|')[1]?.trim()
const kept = old.filter(
  (line) => line.startsWith('| ') && !lines.some((one) => whatOf(one) === whatOf(line)),
)
writeFileSync(
  result,
  `# Soak

The last long run of random histories over each store, by \`pnpm soak\`. A failure prints its smallest history, and its seed reproduces it. With several seeds, each was used for an equal part of the histories.

Each history has up to four rounds of up to four calls by three clients, over one or two users and up to six sessions.

| what | histories | result | time | seed | date |
| --- | --- | --- | --- | --- | --- |
${[...kept, ...lines].toSorted().join('\n')}
`,
)
rmSync(folder, { recursive: true })
if (Array.from(outcomes.values()).some(({ failed }) => failed)) process.exitCode = 1
