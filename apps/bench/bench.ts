/** Measures Limen, a floor written by hand, and its peers, side by side: `pnpm bench`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkAll, measure } from './src/rounds.ts'
import { type Found, runtimeNames, start } from './src/runtimes.ts'
import { ratiosOf, spreadOf } from './src/statistics.ts'
import { workloads } from './src/workloads.ts'
import { subjects } from './subjects/index.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runtime: { type: 'string', default: '' },
    subject: { type: 'string', default: '' },
    workload: { type: 'string', default: '' },
    rounds: { type: 'string' },
    /** Another checkout, whose Limen is measured beside this one. */
    beside: { type: 'string' },
  },
})
const chosen = (words: string) => (name: string) =>
  words.split('+').some((word) => name.toLowerCase().includes(word.toLowerCase()))
const all: readonly Found[] = [
  ...subjects,
  ...subjects
    .filter(({ name }) => values.beside && name === 'Limen')
    .map((subject) => ({ ...subject, name: 'Limen beside', beside: resolve(values.beside!) })),
]
const effort = { rounds: Number(values.rounds ?? (values.quick ? 7 : 25)), turn: 25 }

for (const name of runtimeNames.filter(chosen(values.runtime))) {
  const asked = all
    .filter((subject) => chosen(values.subject)(subject.name))
    .filter((subject) => name === 'workerd' || !subject.name.includes('nodejs_compat'))
  await using runtime = await start(name, asked)
  console.log(`\n${runtime.name} ${runtime.version}`)
  const checked = await checkAll(runtime)
  for (const { name: subject, notes, error } of checked) {
    for (const note of notes) console.log(`  ${subject}: ${note}`)
    if (error) console.log(`  left out: ${subject}: ${error}`)
  }
  const able = asked.filter((one) => !checked.find((it) => it.name === one.name)?.error)
  for (const workload of workloads.filter((one) => chosen(values.workload)(one.name))) {
    const measured = await measure(runtime, able, workload, effort)
    const floors = measured.filter(
      ({ subject }) => subject.startsWith('floor, ') && !subject.includes('no hash'),
    )
    const floor = floors.toSorted((a, b) => spreadOf(a.times).median - spreadOf(b.times).median)[0]
    console.log(workload.name)
    for (const { subject, times } of measured) {
      const time = spreadOf(times)
      const ratio = ratiosOf(times, floor?.times ?? [])
      console.log(
        `  ${subject.padEnd(24)}${time.median.toFixed(2).padStart(9)} µs (${time.low.toFixed(2)} to ${time.high.toFixed(2)}, least ${Math.min(...times).toFixed(2)})`.padEnd(
          72,
        ) +
          ` × ${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}, of the least ${(Math.min(...times) / Math.min(...(floor?.times ?? []))).toFixed(2)})`,
      )
    }
  }
}
