/**
 * Changes core in one small way at a time, and counts the changes that no test detects:
 * `node packages/core/test/mutate.ts [modules …]`. Without names it changes all modules, and writes the
 * result to `mutation.md` of this package. It fails below the limit, and when `survivors.ts` has no
 * reason for an undetected change.
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
const modules = readdirSync(join(core, 'src'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => basename(file, '.ts'))
  .filter((module) => named.length === 0 || named.includes(module))

// Stryker copies the files that it needs from the working directory.
process.chdir(root)
const mutants = await new Stryker({
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
  testRunner: 'vitest',
  vitest: { configFile: 'packages/core/test/mutation.config.ts', related: false },
  mutate: modules.map((module) => `packages/core/src/${module}.ts`),
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

const table: [module: string, changes: number, detected: number][] = []
const lists: string[] = []
let hasReasons = true
for (const module of modules) {
  const source = readFileSync(join(core, 'src', `${module}.ts`), 'utf8').split('\n')
  const of = (...states: string[]) =>
    mutants.filter((one) => one.fileName.endsWith(`/${module}.ts`) && states.includes(one.status))
  const detected = of('Killed', 'Timeout').length
  const undetected = of('Survived', 'NoCoverage')
  if (detected + undetected.length === 0) continue
  table.push([module, detected + undetected.length, detected])

  const reasons = survivors[module] ?? {}
  const seen = new Set<string>()
  for (const { location, replacement = '' } of undetected) {
    const { start, end } = location
    const before = source[start.line - 1]!.slice(0, start.column - 1)
    const after = source[end.line - 1]!.slice(end.column - 1)
    const code = `${before}${replacement}${after}`.replaceAll(/\s+/g, ' ').trim()
    if (!reasons[code])
      report(
        `${module}.ts:${start.line}: no test detects this change, and survivors.ts has no reason: ${code}`,
      )
    seen.add(code)
  }
  for (const code of Object.keys(reasons)) {
    if (!seen.has(code))
      report(`survivors.ts, ${module}: a test detects this change, or it does not exist: ${code}`)
  }
  const items = [...seen].map((code) => `- ${quoted(code)}: ${reasons[code]}\n`)
  if (items.length) lists.push(`### ${module}\n\n${items.join('')}`)
}

const total = (column: 1 | 2) => table.reduce((sum, row) => sum + row[column], 0)
const all = score(total(1), total(2))
const rows = [
  ['module', 'changes', 'detected', 'score'],
  ...table.map(([module, changes, detected]) => [
    module,
    `${changes}`,
    `${detected}`,
    `${score(changes, detected).toFixed(1)} %`,
  ]),
].map(([module = '', ...numbers]) => [
  module.padEnd(14),
  ...numbers.map((text) => text.padStart(7)),
])
const rule = ['-'.repeat(14), ...Array.from({ length: 3 }, () => '------:')]
const text = rows
  .toSpliced(1, 0, rule)
  .map((row) => `| ${row.join(' | ')} |\n`)
  .join('')
console.log(
  `\n${text}\n${all.toFixed(1)} % of ${total(1)} changes were detected; the limit is ${LIMIT} %`,
)
if (all < LIMIT || !hasReasons) process.exitCode = 1

if (named.length === 0) {
  const { devDependencies } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  writeFileSync(
    join(core, 'mutation.md'),
    `# Mutation testing

\`pnpm mutate\` changes core in one small way at a time and runs, in Node, the tests that reach the changed code. Tests detected **${all.toFixed(1)} %** of ${total(1)} changes on ${new Date().toISOString().slice(0, 10)}, by Stryker ${devDependencies['@stryker-mutator/core']} with vitest ${devDependencies['vitest']} and Node ${process.versions.node}. ${mutants.length - total(1)} more made the run itself fail, and are not counted. Random tests are left out, so a change that only they detect counts as undetected.

${text}
## Undetected changes

Each change as its line reads after it, and why it is acceptable. The reasons are in \`test/survivors.ts\`; \`pnpm mutate\` fails when one is missing or has no change.

${lists.join('\n')}`,
  )
}

function score(changes: number, detected: number): number {
  return (100 * detected) / changes
}

function quoted(code: string): string {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``
}

function report(message: string): void {
  hasReasons = false
  console.error(message)
}
