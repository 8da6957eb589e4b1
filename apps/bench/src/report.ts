/** Writes `results.md` and `results.svg` from the results. */
import { writeFileSync } from 'node:fs'
import { middle } from '../load/turns.ts'
import { chartOf } from './chart.ts'
import {
  type Results,
  type RuntimeResult,
  floorOf,
  pagesASecond,
  sentence,
  timesOf,
} from './results.ts'
import { runtimeNames } from './runtimes.ts'
import { medianOf, ratioOf, spreadOf } from './statistics.ts'
import { checkTargets } from './targets.ts'
import { list, numberText, spreadText, table } from './text.ts'

const file = (name: string) => new URL(`../${name}`, import.meta.url)

export async function writeReport(results: Results): Promise<void> {
  const parts = [head, targets, calls, times, cold, sizes, load, onPostgres]
  const texts = parts.map((part) => part(results)).filter(Boolean)
  writeFileSync(file('results.md'), `${texts.join('\n\n')}\n`)
  if (results.times) writeFileSync(file('results.svg'), await chartOf(results.times.runtimes))
}

const named = (versions: Record<string, string> = {}) =>
  Object.entries(versions)
    .map(([name, version]) => `${name.replace(/^lucia[23]$/, 'lucia')} ${version}`)
    .join(', ')

function head({ times: measured, versions, tools }: Results): string {
  return `# Bench

${measured ? `${sentence(measured.when)} ` : ''}By \`pnpm bench\`; the numbers are in [results.json](results.json). A plus behind a commit means that files had changed since. Limen is this repository's; the peers are ${named(versions)}. Under load: ${named(tools)}.

Compare ratios, not times: every subject takes one turn in each round, in random order, and a ratio is of two turns in one round. Each value is a median, with the two quartiles in brackets. The floor is code that a careful person would write by hand: it finds the cookie, hashes its secret with the fastest hash of the platform, looks into a \`Map\`, compares in constant time and checks the origin of a POST. Each subject is checked in each runtime before it is timed: it must return the right user for a valid session, and none for a forged, an expired and a revoked one. What a peer does not support is listed below.

All subjects store their sessions in memory and receive the same headers of Chromium: 12 cookies are 1.2 kB. Each call has a \`Request\` of its own, created before the clock starts, so no subject's time includes it. Libraries that need Hono or h3 are timed with it.

![Dot chart of the time of one active session with 12 cookies, as a multiple of the floor’s, by library and runtime. The section “Times” has the same numbers as tables.](results.svg)`
}

function targets(results: Results): string {
  const checked = checkTargets(results)
  const rows = checked.flatMap(({ what, limit, values }) =>
    values.map(({ where, value, spread, holds }) => [
      what,
      limit,
      where,
      spread ? spreadText(spread) : numberText(value),
      holds ? 'holds' : '**missed**',
    ]),
  )
  const missed = checked
    .filter(({ values }) => values.some(({ holds }) => !holds))
    .map(({ what, reason }) => `${what}: ${reason}`)
  return `## Targets

${table([['target', 'limit', 'where', 'measured', 'result'], ...rows])}${
    missed.length === 0
      ? ''
      : `\n\nMissed targets, and why; [profile.md](profile.md) shows where the time goes:\n\n${list(missed)}`
  }`
}

function calls(): string {
  return `## Calls

An active session costs one D1 statement and one hash, and no \`URL\`, \`Headers\`, \`Request\` or \`Response\`; through Hono no more than bare Hono creates. A renewal costs one more statement, which a Worker runs after the response. Anonymous visitors and malformed tokens cost none. These numbers are exact: [calls.test.ts](src/calls.test.ts) asserts them. [load.md](../../packages/sql/load.md) shows how one read grows with the number of stored sessions.`
}

function times({ times: measured }: Results): string {
  if (!measured) return ''
  const found = runtimeNames.flatMap((name) => {
    const result = measured.runtimes[name]
    return result ? [{ name, result }] : []
  })
  return `## Times

${found.map(({ name, result }) => runtime(name, result)).join('\n\n')}

### Not supported, or different

${list(new Set(found.flatMap(({ result }) => result.notes)))}`
}

function runtime(name: string, result: RuntimeResult): string {
  const { version, making, timed } = result
  const floor = floorOf(result)
  const subjects = [...new Set(timed.map(({ subject }) => subject))]
  const workloads = [...new Set(timed.map(({ workload }) => workload))]
  const cell = (subject: string, workload: string) => {
    const own = timesOf(result, subject, workload)
    if (!own) return '-'
    const time = `${numberText(medianOf(own))} µs`
    const ratio = ratioOf(own, timesOf(result, floor, workload))
    return ratio && subject !== floor ? `${time} · ${spreadText(ratio)} ×` : time
  }
  const half = Math.ceil(workloads.length / 2)
  const tables = [workloads.slice(0, half), workloads.slice(half)].map((some) => {
    const rows = subjects.map((subject) => [subject, ...some.map((one) => cell(subject, one))])
    return table([['', ...some], ...rows.filter((row) => row.slice(1).some((one) => one !== '-'))])
  })
  return `### ${name} ${version}

${timed[0]?.times.length} rounds. Ratios are to “${floor}”. Creating one \`Request\` took ${numberText(making.median)} µs.

${tables.join('\n\n')}`
}

function cold({ cold: measured }: Results): string {
  if (!measured) return ''
  const names = runtimeNames.filter((name) => measured.runtimes[name])
  const rows = measured.runtimes[names[0]!]!.map(({ subject }) => [
    subject,
    ...names.flatMap((name) => {
      const one = measured.runtimes[name]!.find((other) => other.subject === subject)
      return one ? [spreadText(one.evaluated), spreadText(one.answered)] : ['-', '-']
    }),
  ])
  return `## Start

${sentence(measured.when)} Milliseconds in a fresh process (Node, Deno) or isolate (workerd, without the time of an empty one): until the module is evaluated, and until the session of a sign-in is validated in two requests.

${table([['', ...names.flatMap((name) => [`${name}: evaluated`, `${name}: two requests`])], ...rows])}`
}

function sizes({ sizes: measured, features = [] }: Results): string {
  if (!measured) return ''
  const rows = measured.map(({ name, minified, gzip, brotli, modules, builtins }) => [
    name,
    ...[minified, gzip, brotli, modules].map((count) => count.toLocaleString('en')),
    builtins.join(', ') || '-',
  ])
  const added =
    features.length > 0
      ? `

What a feature adds to a Worker with core and \`d1Store\` that imports it. The middleware of \`@limen/hono\` is added to one with \`authenticate\`. What every app has, used or not, is in [decision 75](../../decisions/0075-size-of-checks-and-messages.md).

${table([['', 'gzip'], ...features.map(({ name, added: bytes }) => [name, bytes.toLocaleString('en')])])}`
      : ''
  return `## Size

The smallest Worker that responds with the id of the user, with D1 if the library stores sessions, its own handler included. Bytes, by esbuild.

${table([['', 'minified', 'gzip', 'brotli', 'modules', 'of Node'], ...rows])}${added}`
}

function load({ load: measured }: Results): string {
  if (!measured) return ''
  const rows = measured.apps.map(({ app, sessions, connections, limen, bare, kept }) => [
    `${app}, ${sessions.toLocaleString('en')} sessions, ${connections} connections`,
    ...[limen, bare].flatMap(({ perSecond, p50, p99 }) => [
      numberText(perSecond),
      `${numberText(p50)} / ${numberText(p99)}`,
    ]),
    spreadText(kept),
  ])
  const missing = ['guestbook', 'deno-notes'].filter((name) =>
    measured.apps.every(({ app }) => app !== name),
  )
  const note = missing.length > 0 ? `\n\nNot measured yet: ${missing.join(', ')}.` : ''
  return `## Load

${sentence(measured.when)} Authenticated pages, requested by a second process: the guestbook under \`wrangler dev\`, deno-notes, and the same two with Limen replaced by one read of the same session. Requests a second, and the median and 99th percentile in milliseconds. The share is a ratio of two turns in one round.

${table([['', 'with Limen', 'p50 / p99', 'without', 'p50 / p99', 'share'], ...rows])}${note}`
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
      `${numberText(p50)} / ${numberText(p99)}`,
      spreadText(ratioOf(perSecond, pagesASecond(results, bare!))!),
    ]
  })
  return `## A whole app on PostgreSQL

${sentence(when)} PostgreSQL ${version}, the app and the client that loads it share the machine. One page greets a signed-in visitor by name. ${connections} connections request it with the cookies of 500 visitors, in ${pages[0]!.turns.length} rounds; the subjects take turns in rotating order. Each app is a Node process with 10 connections to a database of its own. Before it is timed, each subject is checked with each visitor: it greets the visitor by name, and responds with 401 to an anonymous visitor and to a changed cookie.

Bare Hono reads the session with its user in one prepared join and checks nothing. express-session and better-auth run with the settings of their documentation: express-session extends the session in the database at every request, and better-auth reads session and user with two statements, without its cookie cache.

${table([['', 'requests a second', 'p50 / p99, ms', `to ${bare}`], ...rows])}`
}
