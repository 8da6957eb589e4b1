/**
 * `pnpm combinations`: generates every combination of choices, looks for leftovers, checks the types and
 * runs the tests. Projects with the same store are checked in one run of the compiler, and tested in one
 * process where the runner can do that.
 *
 * `--no-tests` and `--no-types` leave out a part, `--only <text>` all other names, and `--sample` all but a
 * sample in which every two values occur together.
 */
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { denoBinary } from '@limen/test-servers'
import type { Choices } from '../src/choices.ts'
import { packageManagerOf } from '../src/package-manager.ts'
import { projectOf } from '../src/project.ts'
import { allChoices, nameOf, pairwise } from './all-choices.ts'
import { leftoversOf } from './leftovers.ts'
import { createWorkspace, run } from './workspace.ts'

const BATCH = 50

const { values } = parseArgs({
  allowNegative: true,
  options: {
    tests: { type: 'boolean', default: true },
    types: { type: 'boolean', default: true },
    only: { type: 'string', default: '' },
    sample: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(tmpdir(), 'limen-combinations') },
  },
})
const started = performance.now()
const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`

const workspace = await createWorkspace(values.folder)
console.log(`${seconds()}: packed and installed`)
const bin = (name: string) => join(workspace.path, 'node_modules/.bin', name)
const deno = denoBinary()

/** A written project. */
interface Project {
  readonly name: string
  readonly choices: Choices
  readonly folder: string
}

const failures: string[] = []

function fail(failure: string): void {
  failures.push(failure)
  console.error(failure)
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: Error) => fail(`${what}: ${error.message}`))
}

async function writeProject(choices: Choices): Promise<Project> {
  const files = projectOf({
    name: 'app',
    choices,
    packageManager: packageManagerOf(),
    templates: workspace.templates,
    newKey: () => Buffer.alloc(32).toString('base64'),
  })
  const name = nameOf(choices)
  const leftovers = leftoversOf(files)
  if (leftovers.length > 0) fail(`${name}: ${leftovers.join('; ')}`)
  return { name, choices, folder: await workspace.write(name, files) }
}

/** Checks the types of projects with one store, with the options of the first one. */
async function checkTypes(projects: readonly Project[]): Promise<void> {
  const { folder, choices } = projects[0]!
  const paths = projects.flatMap((project) => [`${project.folder}/src`, `${project.folder}/test`])
  if (choices.runtime === 'deno') {
    await run(deno, ['check', '--quiet', ...paths], folder)
    return
  }
  const config = join(workspace.path, `tsconfig.${choices.store}.json`)
  await writeFile(
    config,
    JSON.stringify({ extends: join(folder, 'tsconfig.json'), include: paths }),
  )
  await run(bin('tsc'), ['-p', config], workspace.path)
}

async function runTests(projects: readonly Project[]): Promise<void> {
  const { folder, choices } = projects[0]!
  const paths = projects.map((project) => `${project.folder}/test/app.test.ts`)
  switch (choices.store) {
    case 'sqlite':
      return void (await run(
        process.execPath,
        ['--test', '--test-isolation=none', ...paths],
        folder,
      ))
    case 'deno-kv':
      return void (await run(deno, ['test', '--quiet', '--no-check', ...paths], folder))
    case 'postgres':
      // In one process each: one PGlite needs 200 MB.
      for (const [index, path] of paths.entries()) {
        const test = () => run(process.execPath, ['--test', path], folder)
        await attempt(`tests of ${projects[index]!.name}`, test)
      }
      return
    case 'd1':
      for (const project of projects) {
        const env = { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }
        const test = () => run(bin('vitest'), ['run'], project.folder, env)
        await attempt(`tests of ${project.name}`, test)
      }
  }
}

const offered = allChoices()
const chosen = (values.sample ? pairwise(offered) : offered).filter((choices) =>
  nameOf(choices).includes(values.only),
)
let done = 0
/** The stores are checked at the same time. */
async function check(choices: readonly Choices[]): Promise<void> {
  for (let start = 0; start < choices.length; start += BATCH) {
    const projects: Project[] = []
    for (const some of choices.slice(start, start + BATCH)) projects.push(await writeProject(some))
    const what = `${projects[0]!.name} and ${projects.length - 1} more`
    if (values.types) await attempt(`types of ${what}`, () => checkTypes(projects))
    if (values.tests) await attempt(`tests of ${what}`, () => runTests(projects))
    done += projects.length
    console.log(`${seconds()}: ${done} of ${chosen.length}`)
  }
}
await Promise.all(Object.values(Object.groupBy(chosen, ({ store }) => store)).map(check))

const parts = [
  'generated',
  ...(values.types ? ['types checked'] : []),
  ...(values.tests ? ['tests run'] : []),
]
console.log(
  `${chosen.length} combinations (${parts.join(', ')}): ${failures.length} failures, ${seconds()}`,
)
process.exitCode = failures.length > 0 ? 1 : 0
