/**
 * Changes the core in one small way at a time, and counts the changes that no test notices:
 * `node packages/core/test/mutate.ts [rooms …]`. Without the name of a room it takes them all, and
 * keeps what came out in `mutation.md` of this package. Fails below the limit, and where nobody has
 * said why a change may go unnoticed.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import { survivors } from './survivors.ts'

const LIMIT = 90

const root = fileURLToPath(new URL('../../..', import.meta.url))
const core = join(root, 'packages/core')
const named = process.argv.slice(2)
const rooms = readdirSync(join(core, 'src'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => basename(file, '.ts'))
  .filter((room) => named.length === 0 || named.includes(room))

// Stryker works on a copy of what it needs of the folder it runs in.
process.chdir(root)
const mutants = await new Stryker({
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
  testRunner: 'vitest',
  vitest: { configFile: 'packages/core/test/mutation.config.ts', related: false },
  mutate: rooms.map((room) => `packages/core/src/${room}.ts`),
  ignorePatterns: [
    '**',
    '!/tsconfig.base.json',
    '!/packages/{core,conformance,hono}/*.json',
    '!/packages/{core,conformance,hono}/{src,test}/**',
  ],
  tempDirName: '.cache/stryker',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  reporters: ['progress-append-only'],
  warnings: false,
}).runMutationTest()

const table: [room: string, changes: number, noticed: number][] = []
const lists: string[] = []
let isArgued = true
for (const room of rooms) {
  const source = readFileSync(join(core, 'src', `${room}.ts`), 'utf8').split('\n')
  const of = (...states: string[]) =>
    mutants.filter((one) => one.fileName.endsWith(`/${room}.ts`) && states.includes(one.status))
  const noticed = of('Killed', 'Timeout').length
  const unnoticed = of('Survived', 'NoCoverage')
  if (noticed + unnoticed.length === 0) continue
  table.push([room, noticed + unnoticed.length, noticed])

  const reasons = survivors[room] ?? {}
  const seen = new Set<string>()
  for (const { location, replacement = '' } of unnoticed) {
    const { start, end } = location
    const before = source[start.line - 1]!.slice(0, start.column - 1)
    const after = source[end.line - 1]!.slice(end.column - 1)
    const code = `${before}${replacement}${after}`.replaceAll(/\s+/g, ' ').trim()
    if (!reasons[code])
      complain(`${room}.ts:${start.line}: no test notices, nobody says why: ${code}`)
    seen.add(code)
  }
  for (const code of Object.keys(reasons)) {
    if (!seen.has(code)) complain(`survivors.ts, ${room}: this is noticed, or not done: ${code}`)
  }
  const items = [...seen].map((code) => `- ${quoted(code)}: ${reasons[code]}\n`)
  if (items.length) lists.push(`### ${room}\n\n${items.join('')}`)
}

const total = (column: 1 | 2) => table.reduce((sum, row) => sum + row[column], 0)
const all = score(total(1), total(2))
const rows = [
  ['room', 'changes', 'noticed', 'score'],
  ...table.map(([room, changes, noticed]) => [
    room,
    `${changes}`,
    `${noticed}`,
    `${score(changes, noticed).toFixed(1)} %`,
  ]),
].map(([room = '', ...numbers]) => [room.padEnd(14), ...numbers.map((text) => text.padStart(7))])
const rule = ['-'.repeat(14), ...Array.from({ length: 3 }, () => '------:')]
const text = rows
  .toSpliced(1, 0, rule)
  .map((row) => `| ${row.join(' | ')} |\n`)
  .join('')
console.log(
  `\n${text}\n${all.toFixed(1)} % of ${total(1)} changes were noticed; the limit is ${LIMIT} %`,
)
if (all < LIMIT || !isArgued) process.exitCode = 1

if (named.length === 0) {
  const { devDependencies } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  writeFileSync(
    join(core, 'mutation.md'),
    `# Mutation testing

\`pnpm mutate\` changes the core in one small way at a time and runs the tests that reach what was changed, in Node. Tests noticed **${all.toFixed(1)} %** of ${total(1)} changes on ${new Date().toISOString().slice(0, 10)}, by Stryker ${devDependencies['@stryker-mutator/core']} with vitest ${devDependencies['vitest']} and Node ${process.versions.node}. ${mutants.length - total(1)} more brought the run itself down, and count for nothing. What tests at random is left out, so a change that only chance would show counts as unnoticed.

${text}
## What no test notices

Each change as its line reads after it, and why it may go unnoticed. The reasons are kept in \`test/survivors.ts\`; \`pnpm mutate\` fails where one is missing, or speaks of what is not there.

${lists.join('\n')}`,
  )
}

function score(changes: number, noticed: number): number {
  return (100 * noticed) / changes
}

function quoted(code: string): string {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``
}

function complain(message: string): void {
  isArgued = false
  console.error(message)
}
