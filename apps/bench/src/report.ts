/** Writes `results.md` from what was found. */
import { writeFileSync } from 'node:fs'
import { chartOf } from './chart.ts'
import { middle } from '../load/turns.ts'
import {
  type Results,
  type RuntimeResult,
  floorOf,
  pagesASecond,
  ratioOf,
  sentence,
  timesOf,
} from './results.ts'
import { runtimeNames } from './runtimes.ts'
import { type Spread, spreadOf } from './statistics.ts'
import { table } from './table.ts'
import { judge, reasons } from './targets.ts'

const file = (name: string) => new URL(`../${name}`, import.meta.url)

export function writeReport(results: Results): void {
  const parts = [
    head(results),
    targets(results),
    calls(),
    times(results),
    cold(results),
    sizes(results),
    load(results),
    onPostgres(results),
  ]
  writeFileSync(file('results.md'), `${parts.filter(Boolean).join('\n\n')}\n`)
  if (results.times) writeFileSync(file('results.svg'), chartOf(results.times.runtimes))
}

function head({ times, versions, tools: used }: Results): string {
  const tools = Object.entries(used ?? {})
    .map((tool) => tool.join(' '))
    .join(', ')
  const packages = Object.entries(versions ?? {}).map(
    ([name, version]) => `${name.replace(/^lucia[23]$/, 'lucia')} ${version}`,
  )
  return `# Bench

${times ? `${sentence(times.when)} ` : ''}By \`pnpm bench\`; the numbers are in [results.json](results.json). A plus behind a commit stands for changes beside it. Limen is this repository's; the peers are ${packages.join(', ')}.${tools ? ` Under load: ${tools}.` : ''}

Ratios count, times do not: every subject takes its turn in each round, in another order each time, and a ratio is of two turns in one round. Given is the median, and in brackets the two quartiles. The floor is what a careful person would write by hand: find the cookie, hash its secret by the best that the platform offers, look into a \`Map\`, compare in constant time, check the origin of a POST. Each subject is checked before it is timed, in each runtime: the right user for a valid session, nobody for a forged, an expired and a revoked one; what a peer cannot do is told below.

All keep their sessions in memory and are asked with the same headers of Chromium: 12 cookies are 1.2 kB. Each answer is to a \`Request\` of its own, made before the clock starts, so its making is in nobody's time. What runs through Hono or h3 is timed with it, as it cannot run without.

![One active session with 12 cookies, by library and runtime, to a floor written by hand](results.svg)`
}

function targets(results: Results): string {
  const judged = judge(results)
  const rows = judged.flatMap(({ what, limit, found }) =>
    found.map(({ where, value, spread, holds }) => [
      what,
      limit,
      where,
      spread ? spreadText(spread) : number(value),
      holds ? 'holds' : '**missed**',
    ]),
  )
  const why = judged
    .filter(({ found }) => found.some(({ holds }) => !holds))
    .map(({ what }) => `- ${what}: ${reasons[what] ?? 'not looked into yet.'}`)
  const missed =
    why.length > 0
      ? `\n\nWhat is missed, and why; [profile.md](profile.md) shows where our time goes:\n\n${why.join('\n')}`
      : ''
  return `## What must hold

${table([['what', 'limit', 'where', 'found', ''], ...rows])}${missed}`
}

/** Exact, so asserted and not measured. */
function calls(): string {
  return `## Calls

An active session costs one D1 statement and one hash, and no \`URL\`, \`Headers\`, \`Request\` or \`Response\`, through Hono no more than bare Hono makes. A renewal costs one statement more, which in a Worker comes after the response. Anonymous visitors and malformed tokens cost none. [calls.test.ts](src/calls.test.ts) counts and asserts it. How one read grows with the number of stored sessions is in [load.md](../../packages/sql/load.md).`
}

function times({ times: measured }: Results): string {
  if (!measured) return ''
  const found = runtimeNames.flatMap((name) => {
    const result = measured.runtimes[name]
    return result ? [{ name, result }] : []
  })
  const sections = found.map(({ name, result }) => runtime(name, result))
  const notes = new Set(found.flatMap(({ result }) => result.notes))
  return `## Times

${sections.join('\n\n')}

### Not asked, or answered otherwise

${[...notes].map((note) => `- ${note}`).join('\n')}`
}

function runtime(name: string, result: RuntimeResult): string {
  const { version, making, timed } = result
  const floor = floorOf(result)
  const subjects = [...new Set(timed.map(({ subject }) => subject))]
  const workloads = [...new Set(timed.map(({ workload }) => workload))]
  const cell = (subject: string, workload: string) => {
    const own = timesOf(result, subject, workload)
    if (!own) return '-'
    const time = `${number(spreadOf(own).median)} µs`
    const ratio = ratioOf(own, timesOf(result, floor, workload))
    return ratio && subject !== floor ? `${time} · ${spreadText(ratio)} ×` : time
  }
  const half = Math.ceil(workloads.length / 2)
  const tables = [workloads.slice(0, half), workloads.slice(half)].map((some) =>
    table([
      ['', ...some],
      ...subjects
        .map((subject) => [subject, ...some.map((workload) => cell(subject, workload))])
        .filter(([, ...cells]) => cells.some((text) => text !== '-')),
    ]),
  )
  return `### ${name} ${version}

${timed[0]?.times.length} rounds; ratios are to “${floor}”; to make one \`Request\` took ${number(making.median)} µs.

${tables.join('\n\n')}`
}

function cold({ cold: measured }: Results): string {
  if (!measured) return ''
  const names = runtimeNames.filter((name) => measured.runtimes[name])
  const subjects = measured.runtimes[names[0]!]!.map(({ subject }) => subject)
  const rows = subjects.map((subject) => [
    subject,
    ...names.flatMap((name) => {
      const one = measured.runtimes[name]!.find((it) => it.subject === subject)
      return one ? [spreadText(one.evaluated), spreadText(one.answered)] : ['-', '-']
    }),
  ])
  return `## Starting

${sentence(measured.when)} Milliseconds in a fresh process (Node, Deno) or isolate (workerd, an empty one beside it taken off): until the module is evaluated, and until two authenticated requests are answered, opening and one sign-in included.

${table([['', ...names.flatMap((name) => [`${name}: evaluated`, `${name}: two answered`])], ...rows])}`
}

function sizes({ sizes: weighed }: Results): string {
  if (!weighed) return ''
  const rows = weighed.map(({ name, minified, gzip, brotli, modules, builtins }) => [
    name,
    ...[minified, gzip, brotli, modules].map((count) => count.toLocaleString('en')),
    builtins.join(', ') || '-',
  ])
  return `## Size

The smallest Worker that tells a visitor who they are, with D1 where the library stores sessions, its own handler included. Bytes, by esbuild.

${table([['', 'minified', 'gzip', 'brotli', 'modules', 'of Node'], ...rows])}`
}

function load({ load: measured }: Results): string {
  if (!measured) return ''
  const rows = measured.apps.map(({ app, sessions, connections, limen, bare, kept }) => [
    `${app}, ${sessions.toLocaleString('en')} sessions, ${connections} connections`,
    ...[limen, bare].flatMap(({ perSecond, p50, p99 }) => [
      number(perSecond),
      `${number(p50)} / ${number(p99)}`,
    ]),
    spreadText(kept),
  ])
  return `## Load

${sentence(measured.when)} Authenticated pages from a second process: the guestbook under \`wrangler dev\` and deno-notes, and the same two with Limen taken out and one read of the same session row left in. Requests a second, and the median and 99th percentile in milliseconds; what is kept of them is a ratio of two turns in one round.

${table([['', 'with Limen', 'p50 / p99', 'without', 'p50 / p99', 'kept'], ...rows])}`
}

function onPostgres(results: Results): string {
  const { postgres } = results
  if (!postgres) return ''
  const { when, version, connections, pages } = postgres
  const [bare] = pages.map(({ page }) => page)
  const rows = pages.map(({ page, turns }) => {
    const perSecond = pagesASecond(results, page)!
    const { p50, p99 } = middle(turns)
    return [
      page,
      spreadText(spreadOf(perSecond)),
      `${number(p50)} / ${number(p99)}`,
      spreadText(ratioOf(perSecond, pagesASecond(results, bare!))!),
    ]
  })
  return `## A whole app on PostgreSQL

${sentence(when)} PostgreSQL ${version}, the app and the client that loads it share the machine. One page greets a signed-in visitor by name. ${connections} connections request it with the cookies of 500 visitors, ${pages[0]!.turns.length} rounds; the subjects take turns in rotating order. Each app is a Node process of its own with 10 connections to a database of its own. Before it is timed, each subject is checked with each visitor: it greets the visitor by name, and answers 401 to an anonymous visitor and to a changed cookie.

Bare Hono reads the session with its user in one prepared join and checks nothing. express-session and better-auth run with the settings that their documentation shows: express-session moves the session's end in the database at every request, and better-auth reads session and user with two statements; its cookie cache is off.

${table([['', 'requests a second', 'p50 / p99, ms', `to ${bare}`], ...rows])}`
}

function spreadText({ median, low, high }: Spread): string {
  return `${number(median)} (${number(low)} to ${number(high)})`
}

function number(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}
