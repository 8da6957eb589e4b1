/** What a whole run found: the text of `results.json`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import type { Cold } from './cold.ts'
import type { Load } from './load.ts'
import type { Measured } from './rounds.ts'
import { type RuntimeName, versionOf } from './runtimes.ts'
import type { Sized } from './size.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** One subject and workload in one runtime. */
export interface Timed {
  readonly subject: string
  readonly workload: string
  /** Microseconds. */
  readonly time: Spread
  /** To the best floor of this runtime, in the same rounds. */
  readonly toFloor: Spread | null
}

/** One runtime's times. */
export interface RuntimeResult {
  readonly version: string
  readonly rounds: number
  /** The subject that others are measured by. */
  readonly floor: string
  /** Microseconds that a `Request` takes to make, with 12 cookies. */
  readonly making: Spread
  readonly timed: readonly Timed[]
  /** What subjects cannot do, and who was left out. */
  readonly notes: readonly string[]
}

/** When and where something was measured. */
export interface Circumstances {
  readonly date: string
  readonly machine: string
  /** Whether other work was done on it at the same time. */
  readonly busy: boolean
}

/** Everything; each part may be of another run. */
export interface Results {
  times?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, RuntimeResult>> }
  cold?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, readonly Cold[]>> }
  sizes?: readonly Sized[]
  load?: { when: Circumstances; apps: readonly Load[] }
  versions?: Record<string, string>
}

const FILE = new URL('../results.json', import.meta.url)

export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Results
  } catch {
    return {}
  }
}

export function writeResults(results: Results): void {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value
  writeFileSync(FILE, `${JSON.stringify(results, rounded, 1)}\n`)
}

/** Asked before anything is measured. */
export function circumstances(): Circumstances {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores`,
    busy: loadavg()[0]! > 0.5,
  }
}

/** The packages that were measured. */
export function packageVersions(): Record<string, string> {
  const names = ['lucia2', 'lucia3', 'better-auth', 'iron-session', 'hono-sessions']
  const more = ['@hono/session', '@auth/core', '@remix-run/session', 'h3', 'hono']
  return Object.fromEntries([...names, ...more].map((name) => [name, versionOf(name)]))
}

/** Medians, spreads and ratios of one runtime's rounds. */
export function resultOf(
  version: string,
  measured: readonly Measured[],
  notes: readonly string[],
): RuntimeResult {
  const [first] = measured
  const main = measured.filter(({ workload }) => workload === first?.workload)
  const hashing = main.filter(({ subject }) => /^floor, (?!no hash)/.test(subject))
  const median = ({ times }: Measured) => spreadOf(times).median
  const floor = hashing.toSorted((a, b) => median(a) - median(b))[0]?.subject ?? ''
  const floorOf = (name: string) =>
    measured.find(({ subject, workload }) => subject === floor && workload === name)
  return {
    version,
    rounds: first?.times.length ?? 0,
    floor,
    making: spreadOf(main.flatMap(({ making }) => making)),
    timed: measured.map(({ subject, workload, times }) => {
      const base = floorOf(workload)?.times
      const ratios = base && times.map((time, n) => time / base[n]!)
      return { subject, workload, time: spreadOf(times), toFloor: ratios ? spreadOf(ratios) : null }
    }),
    notes,
  }
}
