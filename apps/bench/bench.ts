/** Measures Limen, a floor written by hand, and its peers, side by side: `pnpm bench`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loads } from './load/load.ts'
import { loadPages } from './load/postgres.ts'
import { loadWhole } from './load/whole.ts'
import { pages } from './postgres/page.ts'
import type { Found } from './src/bundle.ts'
import { coldStarts } from './src/cold.ts'
import { type Profile, isReported, profileOf, textOf, writeProfiles } from './src/profile.ts'
import { wholeCells, writeReport } from './src/report.ts'
import {
  type Results,
  type RuntimeResult,
  circumstances,
  floorOf,
  readResults,
  resultOf,
  timesOf,
  versions,
  writeResults,
} from './src/results.ts'
import { checkAll, measure } from './src/rounds.ts'
import { type RuntimeName, runtimeNames, start } from './src/runtimes.ts'
import { addedToHono, featureSizes, sizes } from './src/size.ts'
import { ratioOf, spreadOf } from './src/statistics.ts'
import { spreadText } from './src/text.ts'
import { workloads } from './src/workloads.ts'
import { subjects as allSubjects } from './subjects/index.ts'

const { values } = parseArgs({
  options: {
    /** Only the floors, Limen and lucia 2.7 at the main workloads: less than a minute. */
    quick: { type: 'boolean', default: false },
    /** Some parts: times, cold, size, load, postgres, whole, profile. Default: all. */
    only: { type: 'string' },
    /** Parts of names, joined by +. With any of them nothing is written. */
    runtime: { type: 'string' },
    subject: { type: 'string' },
    workload: { type: 'string' },
    rounds: { type: 'string' },
    /** Measures processor time in Node and Deno, of all threads: for a busy machine. */
    cpu: { type: 'boolean', default: false },
    /** Another checkout, whose Limen is measured beside this one. */
    beside: { type: 'string' },
  },
})
const { quick, beside } = values
const isWhole =
  ![values.runtime, values.subject, values.workload, beside].some(Boolean) && !quick && !values.cpu

/** Whether a name contains one of the given parts; in a quick run, by default, one of some others. */
const selects = (parts: string | undefined, inQuick = '') => {
  const all = (parts ?? (quick ? inQuick : '')).toLowerCase().split('+')
  return (name: string) => all.some((part) => name.toLowerCase().includes(part))
}
const isPart = selects(values.only, 'times')
const roundsOr = (rounds: number) => Number(values.rounds ?? rounds)
const runtimes = runtimeNames.filter(selects(values.runtime))
const subjects = allSubjects
  .flatMap((subject) =>
    beside && subject.name === 'Limen'
      ? [subject, { ...subject, name: 'Limen beside', beside: resolve(beside) }]
      : [subject],
  )
  .filter(({ name }) => selects(values.subject, 'floor, c+floor, b+limen+lucia 2')(name))
const tasks = workloads.filter(({ name }) =>
  selects(values.workload, 'active, 12+anonymous, 11+post+forged')(name),
)

// Before anything runs: later the load would be our own.
const when = circumstances()

if (isPart('times')) {
  const found: Partial<Record<RuntimeName, RuntimeResult>> = {}
  for (const name of runtimes) print(name, (found[name] = await timesIn(name)))
  await store({ times: { when, runtimes: found } })
}

if (isPart('cold')) {
  const found: NonNullable<Results['cold']>['runtimes'] = {}
  for (const name of runtimes) {
    const some = subjectsIn(name).filter((subject) => subject.name !== 'bare Hono')
    found[name] = await coldStarts(name, some, roundsOr(11))
    console.log(`\n${name}, milliseconds until evaluated, and until two requests are answered`)
    for (const { subject, evaluated, answered } of found[name]) {
      printRow(subject, spreadText(evaluated), spreadText(answered))
    }
  }
  await store({ cold: { when, runtimes: found } })
}

if (isPart('size')) {
  await store({
    sizes: await sizes(),
    features: await featureSizes(),
    addedToHono: await addedToHono(),
  })
}

if (isPart('load') && isWhole) await store({ load: { when, apps: await loads(roundsOr(5), 6) } })

if (isPart('postgres')) {
  const some = pages.filter(({ name }) => selects(values.subject)(name))
  const [rounds, seconds] = quick ? [1, 2] : [7, 5]
  const result = await loadPages(some, { rounds: roundsOr(rounds), seconds })
  if (typeof result === 'string') console.log(`\nleft out: the app on PostgreSQL (${result})`)
  else {
    console.log(`\na page on PostgreSQL ${result.version}, requests a second`)
    for (const { page, turns } of result.pages) {
      printRow(page, spreadText(spreadOf(turns.map(({ perSecond }) => perSecond))))
    }
    await store({ postgres: { when, ...result } })
  }
} else if (quick && !values.only) {
  console.log('\nleft out of --quick: the app on PostgreSQL; measure it with --only postgres')
}

if (isPart('whole') && (isWhole || values.only)) {
  const [rounds, seconds] = quick ? [1, 1] : [7, 5]
  const result = await loadWhole({ rounds: roundsOr(rounds), seconds })
  for (const [platform, apps] of [
    ['Workers and D1', result.workers],
    ['Node and PostgreSQL', result.node],
  ] as const) {
    console.log(`\nwhole apps on ${platform}`)
    if (typeof apps === 'string') console.log(`  left out: ${apps}`)
    else for (const one of apps) printRow(one.app, ...wholeCells(one))
  }
  await store({ whole: { when, ...result } })
}

if (isPart('profile') && (isWhole || values.only)) {
  const profiles: Profile[] = []
  for (const runtime of runtimes) {
    for (const { name: workload } of tasks) {
      for (const subject of subjectsIn(runtime)) {
        if (isWhole && !isReported(runtime, subject.name, workload)) continue
        const spent = await profileOf(runtime, subject, workload)
        console.log(`\n${runtime}: ${subject.name}, ${workload}\n${textOf(spent, 30)}`)
        profiles.push({ runtime, subject: subject.name, workload, spent })
      }
    }
  }
  if (isWhole) writeProfiles(when, profiles)
}

/** Writes each part at once, beside the parts of earlier runs. */
async function store(part: Results): Promise<void> {
  if (!isWhole) return
  const results = { ...readResults(), ...versions(), ...part }
  writeResults(results)
  await writeReport(results)
}

async function timesIn(name: RuntimeName): Promise<RuntimeResult> {
  await using runtime = await start(name, subjectsIn(name))
  const checked = await checkAll(runtime)
  const able = checked.filter(({ error }) => !error).map(({ subject }) => subject)
  // workerd's clock has steps of a millisecond.
  const turn = name === 'workerd' ? 25 : 10
  const effort = { rounds: roundsOr(quick ? 5 : 21), turn, cpu: values.cpu }
  const measured = await measure(runtime, able, tasks, effort)
  const notes = checked.flatMap(({ subject, notes: own, error }) => [
    ...own.map((note) => `${subject}: ${note}`),
    ...(error ? [`${subject} is left out: ${error.split('\n')[0]}`] : []),
  ])
  return resultOf(runtime.version, measured, notes)
}

function subjectsIn(name: RuntimeName): Found[] {
  return subjects.filter((one) => name === 'workerd' || !one.name.includes('nodejs_compat'))
}

function print(name: string, result: RuntimeResult): void {
  const { version, timed, notes, making } = result
  console.log(`\n${name} ${version}; creating a Request took ${spreadText(making)} µs`)
  for (const note of notes) console.log(`  ${note}`)
  const floor = floorOf(result)
  let last = ''
  for (const { subject, workload, times } of timed) {
    if (workload !== last) console.log((last = workload))
    const base = timesOf(result, floor, workload)
    const ratio = ratioOf(times, base)
    const least = (Math.min(...times) / Math.min(...(base ?? []))).toFixed(2)
    const ratios = ratio ? `${spreadText(ratio)} ×, of the minima ${least}` : ''
    printRow(subject, `${spreadText(spreadOf(times))} µs`, ratios)
  }
}

function printRow(name: string, ...cells: string[]): void {
  console.log(`  ${name.padEnd(36)}${cells.map((cell) => cell.padEnd(34)).join('')}`.trimEnd())
}
