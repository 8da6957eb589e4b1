/** The results of a whole run: the content of `results.json`. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import stringify from 'json-stringify-pretty-compact'
import type { Load } from '../load/load.ts'
import type { PagesResult } from '../load/postgres.ts'
import type { WholeResults } from '../load/whole.ts'
import { manifestOf, readManifest, root } from './bundle.ts'
import type { Cold } from './cold.ts'
import type { Measured } from './rounds.ts'
import type { RuntimeName } from './runtimes.ts'
import type { FeatureSize, Sized } from './size.ts'
import { type Spread, medianOf, spreadOf } from './statistics.ts'

/** One runtime's times. */
export interface RuntimeResult {
  readonly version: string
  /** Microseconds to create a `Request` with 12 cookies. */
  readonly making: Spread
  readonly timed: readonly Omit<Measured, 'making'>[]
  /** What subjects do not support, and which were left out. */
  readonly notes: readonly string[]
}

/** When and where something was measured. */
export interface Circumstances {
  readonly date: string
  readonly machine: string
  /** Of this repository; with a plus if files had changed since. */
  readonly commit: string
  /** Whether the machine did other work at the same time. */
  readonly busy: boolean
}

/** The processor time of one request in a framework, in microseconds, one value for each round. */
export interface FrameworkCost {
  readonly framework: string
  /** By the framework's bare handler. */
  readonly bare: readonly number[]
  /** By a handler that answers the same, and validates an active session. */
  readonly active: readonly number[]
  /** By the same handler, for an anonymous visitor. */
  readonly anonymous: readonly number[]
}

/** All parts; each may be of another run. */
export interface Results {
  times?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, RuntimeResult>> }
  cold?: { when: Circumstances; runtimes: Partial<Record<RuntimeName, readonly Cold[]>> }
  sizes?: readonly Sized[]
  /** What each feature adds that an app imports. */
  features?: readonly FeatureSize[]
  /** Bytes gzip that `@limen/hono` adds to an app that has Hono and Limen. */
  addedToHono?: number
  load?: { when: Circumstances; apps: readonly Load[] }
  /** One page on PostgreSQL, by each session library. */
  postgres?: { when: Circumstances } & PagesResult
  /** Written by `examples/bench.ts`. */
  frameworks?: { when: Circumstances; costs: readonly FrameworkCost[] }
  /** Whole apps with a passphrase, on Workers with D1 and on Node with PostgreSQL. */
  whole?: { when: Circumstances } & WholeResults
  versions?: Record<string, string>
  tools?: Record<string, string>
}

const FILE = new URL('../results.json', import.meta.url)

export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {}
}

/** Writes numbers with four digits, and each record on one line. */
export function writeResults(results: Results): void {
  const replacer = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value
  writeFileSync(FILE, `${stringify(results, { replacer, indent: 1, maxLength: 400 })}\n`)
}

/** Must be called before anything is measured. */
export function circumstances(): Circumstances {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  // The files that a run writes do not change what is measured.
  const changed = git('status', '--porcelain', '--', ':!*results.*', ':!*profile.md')
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores`,
    commit: git('rev-parse', '--short', 'HEAD') + (changed ? '+' : ''),
    busy: loadavg()[0]! > 0.5,
  }
}

export function sentence({ date, machine, commit, busy }: Circumstances): string {
  return `Measured on ${date} at commit ${commit} on one machine (${machine})${busy ? ' that did other work at the same time' : ''}.`
}

/** The versions of the packages that are measured, and of the tools that serve the apps under load. */
export function versions(): Pick<Results, 'versions' | 'tools'> {
  const { dependencies = {} } = readManifest(root)
  const peers = Object.keys(dependencies).filter((name) => !/limen|adapter|sqlite/.test(name))
  return { versions: versionsOf(peers), tools: versionsOf(['wrangler', 'miniflare']) }
}

const versionsOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, manifestOf(name).version]))

/** The result of one runtime's rounds. */
export function resultOf(
  version: string,
  measured: readonly Measured[],
  notes: readonly string[],
): RuntimeResult {
  const first = measured.filter(({ workload }) => workload === measured[0]?.workload)
  const timed = measured.map(({ subject, workload, times }) => ({ subject, workload, times }))
  return { version, making: spreadOf(first.flatMap(({ making }) => making)), timed, notes }
}

/** The times of one subject and workload, if it was measured. */
export function timesOf(
  { timed }: RuntimeResult,
  subject: string,
  workload: string,
): readonly number[] | undefined {
  return timed.find((one) => one.subject === subject && one.workload === workload)?.times
}

/** The floor with the faster hash of a runtime: the others are compared with it. */
export function floorOf(result: RuntimeResult): string {
  const median = (name: string) =>
    medianOf(timesOf(result, name, result.timed[0]!.workload) ?? [Infinity])
  const [builtin, subtle] = ['floor, built-in hash', 'floor, crypto.subtle'] as const
  return median(builtin) <= median(subtle) ? builtin : subtle
}

/** The pages a second of one page on PostgreSQL, one value for each round. */
export function pagesASecond({ postgres }: Results, page: string): readonly number[] | undefined {
  return postgres?.pages.find((one) => one.page === page)?.turns.map(({ perSecond }) => perSecond)
}
