/** What a whole run found: the text of `results.json`. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import type { Cold } from './cold.ts'
import type { Load } from '../load/load.ts'
import type { PagesResult } from '../load/postgres.ts'
import type { Measured } from './rounds.ts'
import { type RuntimeName, versionOf } from './runtimes.ts'
import type { Sized } from './size.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** One subject and workload in one runtime: microseconds a request, one value for each round. */
interface Timed {
  readonly subject: string
  readonly workload: string
  readonly times: readonly number[]
}

/** One runtime's times. */
export interface RuntimeResult {
  readonly version: string
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
  /** Of this repository; with a plus where files were changed since. */
  readonly commit: string
  /** Whether other work was done on it at the same time. */
  readonly busy: boolean
}

/** Everything; each part may be of another run. */
export interface Results {
  times?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, RuntimeResult>> }
  cold?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, readonly Cold[]>> }
  sizes?: readonly Sized[]
  /** Bytes gzip that our middleware adds to an app that has Hono and Limen. */
  addedToHono?: number
  load?: { when: Circumstances; apps: readonly Load[] }
  /** One page on PostgreSQL, by each session library. */
  postgres?: { when: Circumstances } & PagesResult
  versions?: Record<string, string>
  tools?: Record<string, string>
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
  const text = JSON.stringify(results, rounded, 1)
  // A list of numbers is one line.
  writeFileSync(FILE, `${text.replace(/\[[\d.,\s-]+\]/g, (list) => list.replace(/\s+/g, ''))}\n`)
}

/** Asked before anything is measured. */
export function circumstances(): Circumstances {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores`,
    commit: commitOf(),
    busy: loadavg()[0]! > 0.5,
  }
}

/** Where and when, for a reader. */
export function sentence({ date, machine, commit, busy }: Circumstances): string {
  return `Measured on ${date} at commit ${commit} on one machine (${machine})${busy ? ' that had other work at the same time' : ''}.`
}

function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  // What a run writes itself is no change of what is measured.
  const changed = git('status', '--porcelain', '--', ':!*results.*', ':!*profile.md')
  return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '')
}

/** What puts the load on the apps, and serves them. */
export function toolVersions(): Record<string, string> {
  return Object.fromEntries(['wrangler', 'miniflare'].map((name) => [name, versionOf(name)]))
}

/** The packages that were measured. */
export function packageVersions(): Record<string, string> {
  const names = ['lucia2', 'lucia3', 'better-auth', 'iron-session', 'hono-sessions']
  const more = ['@hono/session', '@auth/core', '@remix-run/session', 'h3', 'hono']
  const onPostgres = ['express', 'express-session', 'connect-pg-simple', 'pg', 'postgres']
  return Object.fromEntries(
    [...names, ...more, ...onPostgres].map((name) => [name, versionOf(name)]),
  )
}

/** What one runtime's rounds gave. */
export function resultOf(
  version: string,
  measured: readonly Measured[],
  notes: readonly string[],
): RuntimeResult {
  const making = measured
    .filter(({ workload }) => workload === measured[0]?.workload)
    .flatMap((one) => one.making)
  const timed = measured.map(({ subject, workload, times }) => ({ subject, workload, times }))
  return { version, making: spreadOf(making), timed, notes }
}

/** The times of one subject and workload, where it was asked. */
export function timesOf(
  { timed }: RuntimeResult,
  subject: string,
  workload: string,
): readonly number[] | undefined {
  return timed.find((one) => one.subject === subject && one.workload === workload)?.times
}

/** The floor with the best hash of a runtime: what the others are measured by. */
export function floorOf(result: RuntimeResult): string {
  const hashing = ['floor, built-in hash', 'floor, crypto.subtle']
  const median = (name: string) =>
    spreadOf(timesOf(result, name, result.timed[0]!.workload) ?? [Infinity]).median
  return hashing.toSorted((a, b) => median(a) - median(b))[0]!
}

/** The pages a second of one page on PostgreSQL, one value for each round. */
export function pagesASecond({ postgres }: Results, page: string): readonly number[] | undefined {
  return postgres?.pages.find((one) => one.page === page)?.turns.map(({ perSecond }) => perSecond)
}

/** The ratios of two in the same rounds. */
export function ratioOf(
  times: readonly number[] | undefined,
  base: readonly number[] | undefined,
): Spread | undefined {
  return times && base && spreadOf(times.map((time, n) => time / base[n]!))
}
