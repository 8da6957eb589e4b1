/** Writes `results.md` and `results.svg` from the results. */
import { writeFileSync } from 'node:fs'
import { middle } from '../load/turns.ts'
import type { WholeResult } from '../load/whole.ts'
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
  const parts = [head, targets, calls, times, cold, sizes, load, onPostgres, frameworks, whole]
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

function frameworks({ frameworks: measured }: Results): string {
  if (!measured) return ''
  const added = (times: readonly number[], bare: readonly number[]) =>
    spreadText(spreadOf(times.map((time, round) => time - bare[round]!)))
  const rows = measured.costs.map(({ framework, bare, active, anonymous }) => [
    framework,
    spreadText(spreadOf(bare)),
    added(active, bare),
    added(anonymous, bare),
  ])
  return `## In frameworks

${sentence(measured.when)} By \`pnpm -C examples bench\`. Microseconds of processor time of a server process, for one request over HTTP with 12 cookies: by the framework’s bare handler, and what Limen adds to it, with a session in memory.

${table([['', 'bare handler', 'active session adds', 'anonymous visitor adds'], ...rows])}`
}

/** One whole app as the cells of a row. */
export function wholeCells({ turns, costs, cold, lines, gzip }: WholeResult): string[] {
  const { calls, rowsRead, rowsWritten } = costs
  const rows = rowsWritten > 0 ? `${rowsRead} + ${rowsWritten} written` : String(rowsRead)
  return [
    spreadText(spreadOf(turns.map(({ perSecond }) => perSecond))),
    numberText(middle(turns).p99),
    spreadText(spreadOf(turns.map(({ cpu = 0 }) => cpu))),
    String(calls),
    rows,
    spreadText(cold),
    ...(gzip === undefined ? [] : [`${(gzip / 1000).toFixed(1)} kB`]),
    String(lines),
  ]
}

/** What the first app is to the second one, and whether it reaches the 0.8 of the target on PostgreSQL. */
function toByHand([limen, byHand]: readonly WholeResult[]): string {
  const ratio = (of: (turn: WholeResult['turns'][number]) => number) =>
    ratioOf(limen!.turns.map(of), byHand!.turns.map(of))!
  const perSecond = ratio((turn) => turn.perSecond)
  const cpu = ratio(({ cpu: spent = 0 }) => spent)
  const isMissed = perSecond.median < 0.8
  return `Limen has ${spreadText(perSecond)} times the requests of the code by hand, and ${spreadText(cpu)} times its processor time, round by round.${isMissed ? ' The goal is 0.8 of its requests: **missed**, by more than the processor time explains. The cause was not found.' : ''}`
}

function whole({ whole: measured }: Results): string {
  if (!measured) return ''
  const { when, connections, visitors, workers, node } = measured
  const head = ['', 'requests a second', 'p99, ms', 'CPU, ms', 'calls', 'rows', 'cold start, ms']
  const rowsOf = (apps: readonly WholeResult[]) => apps.map((one) => [one.app, ...wholeCells(one)])
  const onNode =
    typeof node === 'string'
      ? `Not measured: ${node}`
      : `${table([[...head, 'own lines'], ...rowsOf(node)])}\n\n${toByHand(node)}`
  return `## Whole apps side by side

${sentence(when)} The same app three times: sign-up, sign-in and sign-out with a name and a passphrase, and a page that greets a signed-in visitor by name. With Limen as the [recipe](../../recipes/README.md) does it, with better-auth and its own tables, and by hand after the [last guide of Lucia](https://lucia-auth.com), in [whole](whole). ${connections} connections request the page with the cookies of ${visitors} visitors, in ${workers[0]!.turns.length} rounds, and the apps take turns; the client, the apps and the databases share the machine. Each app was checked with each visitor: it greets the visitor, and responds with 401 to an anonymous visitor and to a changed cookie.

On a machine that does other work, compare the processor time of a page: that of the process of the app, on Workers with workerd and its D1, without PostgreSQL. Calls of the database and rows are those of one request of the page, counted in the binding or the client: D1 reports the rows that it reads, PostgreSQL those that it returns. better-auth runs without its cookie cache, which shows a revoked session as valid. A cold start is the time until an anonymous visitor got a response: of a fresh isolate, without the time of an empty one, and of a fresh process. better-auth also reads the schema of the database then. Own lines are those of the app and its tables, without comments; better-auth brings the hash of the passphrase and creates its tables.

### Workers and D1

In workerd, through Miniflare, whose D1 is on the same machine.

${table([[...head, 'Worker, gzip', 'own lines'], ...rowsOf(workers)])}

${toByHand(workers)}

### Node and PostgreSQL

${onNode}`
}
