/** Measures Limen, a floor written by hand, and its peers, side by side: `pnpm bench`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loads } from './load/load.ts'
import { loadPages } from './load/postgres.ts'
import { pages } from './postgres/page.ts'
import { coldStarts } from './src/cold.ts'
import { type Profile, isKept, profileOf, textOf, writeProfiles } from './src/profile.ts'
import { writeReport } from './src/report.ts'
import {
  type Results,
  type RuntimeResult,
  circumstances,
  floorOf,
  packageVersions,
  ratioOf,
  readResults,
  resultOf,
  timesOf,
  toolVersions,
  writeResults,
} from './src/results.ts'
import { checkAll, measure } from './src/rounds.ts'
import { type Found, type RuntimeName, runtimeNames, start } from './src/runtimes.ts'
import { addedToHono, sizes } from './src/size.ts'
import { type Spread, spreadOf } from './src/statistics.ts'
import { workloads } from './src/workloads.ts'
import { subjects } from './subjects/index.ts'

const { values } = parseArgs({
  options: {
    /** Only the floors, Limen and lucia 2.7 at what matters most: less than a minute. */
    quick: { type: 'boolean', default: false },
    /** Which parts: times, cold, size, load, postgres, profile; all of them when nothing is said. */
    only: { type: 'string' },
    /** Words that a name must hold one of, joined by +. With any of them nothing is written. */
    runtime: { type: 'string' },
    subject: { type: 'string' },
    workload: { type: 'string' },
    rounds: { type: 'string' },
    /** Takes the processor's time, in Node and Deno, of all threads: for a busy machine. */
    cpu: { type: 'boolean', default: false },
    /** Another checkout, whose Limen is measured beside this one. */
    beside: { type: 'string' },
  },
})
const { quick, beside } = values
const isWhole =
  ![values.runtime, values.subject, values.workload, beside].some(Boolean) && !quick && !values.cpu

const chosen = (words: string | undefined, otherwise = '') => {
  const all = (words ?? (quick ? otherwise : '')).toLowerCase().split('+')
  return (name: string) => all.some((word) => name.toLowerCase().includes(word))
}
const isPart = chosen(values.only, 'times')
const runtimes = runtimeNames.filter(chosen(values.runtime))
const asked = [...subjects, ...besides()].filter(({ name }) =>
  chosen(values.subject, 'floor, c+floor, b+limen+lucia 2')(name),
)
const tasks = workloads.filter(({ name }) =>
  chosen(values.workload, 'active, 12+anonymous, 11+post+forged')(name),
)

// Once, before anything runs: later the load would be our own.
const when = circumstances()

if (isPart('times')) {
  const found: Partial<Record<RuntimeName, RuntimeResult>> = {}
  for (const name of runtimes) {
    const result = await timesIn(name)
    print(name, result)
    found[name] = result
  }
  keep({ times: { when, runtimes: found } })
}
if (isPart('cold')) {
  const rounds = Number(values.rounds ?? 11)
  const found: NonNullable<Results['cold']>['runtimes'] = {}
  for (const name of runtimes) {
    const all = asked.filter((subject) => runsIn(name, subject) && subject.name !== 'bare Hono')
    found[name] = await coldStarts(name, all, rounds)
    console.log(`\n${name}, milliseconds: evaluated, two answered`)
    for (const { subject, evaluated, answered } of found[name]) {
      console.log(
        `  ${subject.padEnd(26)}${spread(evaluated, '').padEnd(30)}${spread(answered, '')}`,
      )
    }
  }
  keep({ cold: { when, runtimes: found } })
}
if (isPart('size')) keep({ sizes: await sizes(), addedToHono: await addedToHono() })
if (isPart('load') && isWhole) {
  keep({ load: { when, apps: await loads(Number(values.rounds ?? 5), 6) } })
}

if (isPart('postgres')) {
  const found = pages.filter(({ name }) => chosen(values.subject)(name))
  const [rounds, seconds] = quick ? [1, 2] : [7, 5]
  const result = await loadPages(found, { rounds: Number(values.rounds ?? rounds), seconds })
  if (typeof result === 'string') console.log(`\nleft out: the app on PostgreSQL (${result})`)
  else {
    console.log(`\na page on PostgreSQL ${result.version}, requests a second`)
    for (const { page, turns } of result.pages) {
      console.log(
        `  ${page.padEnd(36)}${spread(spreadOf(turns.map((turn) => turn.perSecond)), '')}`,
      )
    }
    keep({ postgres: { when, ...result } })
  }
} else if (quick && !values.only) {
  console.log('\nleft out of --quick: the app on PostgreSQL; it is --quick --only postgres')
}

if (isPart('profile') && (isWhole || values.only)) {
  const profiles: Profile[] = []
  for (const runtime of runtimes) {
    for (const { name: workload } of tasks) {
      for (const subject of asked) {
        if (isWhole && !isKept(runtime, subject.name, workload)) continue
        const spent = await profileOf(runtime, subject, workload)
        console.log(`\n${runtime}: ${subject.name}, ${workload}\n${textOf(spent, 30)}`)
        profiles.push({ runtime, subject: subject.name, workload, spent })
      }
    }
  }
  if (isWhole) writeProfiles(when, profiles)
}

/** Writes each part as soon as it is there, beside the parts of earlier runs. */
function keep(part: Results): void {
  if (!isWhole) return
  const results = { ...readResults(), versions: packageVersions(), tools: toolVersions(), ...part }
  writeResults(results)
  writeReport(results)
}

async function timesIn(name: RuntimeName): Promise<RuntimeResult> {
  const all = asked.filter((subject) => runsIn(name, subject))
  await using runtime = await start(name, all)
  const checked = await checkAll(runtime)
  const able = checked.filter(({ error }) => !error).map(({ subject }) => subject)
  const rounds = Number(values.rounds ?? (quick ? 5 : 21))
  // workerd's clock has steps of a millisecond.
  const turn = name === 'workerd' ? 25 : 10
  const measured = await measure(runtime, able, tasks, { rounds, turn, cpu: values.cpu })
  const notes = checked.flatMap(({ subject, notes: told, error }) => [
    ...told.map((note) => `${subject}: ${note}`),
    ...(error ? [`${subject} is left out: ${error.split('\n')[0]}`] : []),
  ])
  return resultOf(runtime.version, measured, notes)
}

function runsIn(name: RuntimeName, subject: Found): boolean {
  return name === 'workerd' || !subject.name.includes('nodejs_compat')
}

function besides(): Found[] {
  const own = subjects.find(({ name }) => name === 'Limen')
  return own && beside ? [{ ...own, name: 'Limen beside', beside: resolve(beside) }] : []
}

function print(name: string, result: RuntimeResult): void {
  const { version, timed, notes, making } = result
  console.log(`\n${name} ${version}; a Request took ${making.median.toFixed(2)} µs to make`)
  for (const note of notes) console.log(`  ${note}`)
  const floor = floorOf(result)
  let last = ''
  for (const { subject, workload, times } of timed) {
    if (workload !== last) console.log((last = workload))
    const base = timesOf(result, floor, workload)
    const ratio = ratioOf(times, base)
    const least = Math.min(...times) / Math.min(...(base ?? []))
    console.log(
      `  ${subject.padEnd(26)}${spread(spreadOf(times), 'µs').padEnd(38)}` +
        (ratio ? ` ${spread(ratio, '×')}, of the least ${least.toFixed(2)}` : ''),
    )
  }
}

function spread({ median, low, high }: Spread, unit: string): string {
  return `${median.toFixed(2)} ${unit} (${low.toFixed(2)} to ${high.toFixed(2)})`
}
