/**
 * Measures reads as sessions grow in number, a mixed load, and `store.read` beside a read by hand:
 * `pnpm load`. Writes the results to `load.md` and `load.svg` of this package. With `--reads` it
 * measures and prints only the last part.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { limen } from '@limen/core'
import { quantileOf, spreadOf } from '../../../apps/bench/src/statistics.ts'
import { spreadText, table } from '../../../apps/bench/src/text.ts'
import { type Curve, chartOf } from './load-chart.ts'
import { PER_USER, TOGETHER, type Turns, plain, routeIn, userIdOf } from './load-compare.ts'
import { type LoadEngine, type LoadStore, SECRET, bareIdOf, engines } from './load-engines.ts'
import { comparisons } from './load-reads.ts'

const SIZES = [1000, 10_000, 100_000, 1_000_000]
const READS = 5000
const ROUNDS = 20

const USERS = 10_000
/** How many requests run at the same time. */
const WORKERS = 50
const SECONDS = 10

const besides = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const below = (limit: number) => Math.floor(Math.random() * limit)

async function idOf(store: LoadStore, n: number): Promise<string> {
  return (await routeIn(store, userIdOf(Math.floor(n / PER_USER)))) + bareIdOf(n)
}

/** Reads sessions one after another, the sizes in turn, so that other work on the machine affects all alike. */
async function readTimes(engine: LoadEngine): Promise<Curve> {
  const stores: { size: number; store: LoadStore; times: number[] }[] = []
  for (const size of SIZES) stores.push({ size, store: await engine.open(size), times: [] })
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { size, store, times } of stores) {
      const reader = plain(store)
      const ids: string[] = []
      for (let n = 0; n < READS / ROUNDS; n++) ids.push(await idOf(store, below(size)))
      for (const id of ids) {
        const start = performance.now()
        const found = await reader.read(id, { consistency: 'strong' })
        const time = performance.now() - start
        if (found?.session.id !== id) throw new Error(`${engine.name}: ${id} was not found`)
        // The first round warms up.
        if (round > 0) times.push(time)
      }
    }
  }
  return {
    name: engine.name,
    points: stores.map(({ size, times }) => ({
      sessions: size,
      median: quantileOf(times, 0.5),
      p99: quantileOf(times, 0.99),
    })),
  }
}

/** The calls of a hundred requests. */
const SHARES = {
  validate: 89,
  'sign in': 4,
  'sign out': 3,
  'sign out everywhere else': 1,
  update: 2,
  list: 1,
} as const
type MixedCall = keyof typeof SHARES
const calls = Object.keys(SHARES) as MixedCall[]

interface Visitor {
  readonly userId: string
  tokens: string[]
}

/** Runs the calls of many visitors at once, without pauses. Returns the times of each call. */
async function mixedTimes(engine: LoadEngine): Promise<ReadonlyMap<MixedCall, number[]>> {
  const store = await engine.open(USERS * PER_USER)
  const auth = limen({ store })
  const times = new Map(calls.map((call): [MixedCall, number[]] => [call, []]))
  // Each worker has its own users, so that every result is known.
  const workers: Visitor[][] = []
  for (let worker = 0; worker < WORKERS; worker++) {
    const visitors: Visitor[] = []
    for (let user = worker; user < USERS; user += WORKERS) {
      const tokens: string[] = []
      for (let n = user * PER_USER; n < (user + 1) * PER_USER; n++) {
        tokens.push(`${await idOf(store, n)}.${SECRET}`)
      }
      visitors.push({ userId: userIdOf(user), tokens })
    }
    workers.push(visitors)
  }
  const end = performance.now() + SECONDS * 1000
  const work = workers.map(async (visitors) => {
    while (performance.now() < end) {
      const visitor = visitors[below(visitors.length)]!
      const call = visitor.tokens.length > 0 ? chosen() : 'sign in'
      const start = performance.now()
      await make(call, visitor)
      times.get(call)!.push(performance.now() - start)
    }
  })
  await Promise.all(work)
  return times

  async function make(call: MixedCall, visitor: Visitor): Promise<void> {
    const { userId, tokens } = visitor
    const index = below(tokens.length)
    const token = tokens[index] ?? ''
    const [sessionId = ''] = token.split('.')
    switch (call) {
      case 'validate':
        await auth.validateSession(token)
        return
      case 'sign in':
        tokens.push(auth.createBearerToken(await auth.createSession({ userId })))
        return
      case 'sign out':
        tokens.splice(index, 1)
        return auth.invalidateSession(sessionId)
      case 'sign out everywhere else':
        visitor.tokens = [token]
        return auth.invalidateAllUserSessions(userId, { except: sessionId })
      case 'update':
        await auth.updateSessionAttributes(sessionId, { device: 'laptop' })
        return
      case 'list': {
        const { length } = await auth.getAllUserSessions(userId)
        if (length !== tokens.length)
          throw new Error(`${engine.name}: ${length} sessions of ${userId}`)
      }
    }
  }
}

function chosen(): MixedCall {
  let dice = below(100)
  return calls.find((call) => (dice -= SHARES[call]) < 0)!
}

const counted = (count: number) => Math.round(count).toLocaleString('en')
const inMilliseconds = (time: number) => (time < 10 ? time.toPrecision(2) : time.toFixed(0))
const both = (median: number, p99: number) => `${inMilliseconds(median)} / ${inMilliseconds(p99)}`

const { values } = parseArgs({ options: { reads: { type: 'boolean', default: false } } })
const beside = await readsBeside()
if (values.reads) console.log(beside)
else await writeAll()

/** A table of `store.read` beside a read by hand, for each client. */
async function readsBeside(): Promise<string> {
  const rows: string[][] = []
  for (const start of comparisons) {
    const found = await start()
    if (typeof found === 'string') {
      console.log(`left out: ${found}`)
      continue
    }
    for (const { name, single, together } of found) {
      rows.push([name, ...cellsOf(single, 'µs'), ...cellsOf(together, 'a second')])
      console.log(`${name}: done`)
    }
  }
  return table([
    [
      '',
      'by hand, µs',
      'store.read, µs',
      'times as long',
      `by hand, ${TOGETHER} at once, a second`,
      'store.read, a second',
      'share',
    ],
    ...rows,
  ])
}

/** The medians of both sides, and their ratio round by round: of times, or of reads a second. */
function cellsOf(turns: Turns | undefined, unit: 'µs' | 'a second'): string[] {
  if (!turns) return ['-', '-', '-']
  const { byHand, store } = turns
  const median = (times: readonly number[]) => spreadOf(times).median
  if (unit === 'µs') {
    const ratio = spreadOf(store.map((time, n) => time / byHand[n]!))
    return [inDigits(median(byHand)), inDigits(median(store)), spreadText(ratio)]
  }
  const share = spreadOf(store.map((time, n) => byHand[n]! / time))
  return [counted(1e6 / median(byHand)), counted(1e6 / median(store)), spreadText(share)]
}

function inDigits(value: number): string {
  return value < 100 ? value.toPrecision(2) : value.toFixed(0)
}

async function writeAll(): Promise<void> {
  const curves: Curve[] = []
  const mixed: { name: string; times: ReadonlyMap<MixedCall, number[]> }[] = []
  for (const start of engines) {
    const engine = await start()
    if (typeof engine === 'string') {
      console.log(`left out: ${engine}`)
      continue
    }
    try {
      curves.push(await readTimes(engine))
      mixed.push({ name: engine.name, times: await mixedTimes(engine) })
      console.log(`${engine.name}: done`)
    } finally {
      await engine.stop()
    }
  }

  const reads = table([
    ['stored sessions', ...curves.map(({ name }) => name)],
    ...SIZES.map((size, i) => [
      counted(size),
      ...curves.map(({ points }) => both(points[i]!.median, points[i]!.p99)),
    ]),
  ])
  const load = table([
    ['', ...mixed.map(({ name }) => name)],
    [
      'requests per second',
      ...mixed.map(({ times }) =>
        counted([...times.values()].reduce((sum, { length }) => sum + length, 0) / SECONDS),
      ),
    ],
    ...calls.map((call) => [
      `${call} (${SHARES[call]} %)`,
      ...mixed.map(({ times }) => {
        const own = times.get(call)!
        return both(quantileOf(own, 0.5), quantileOf(own, 0.99))
      }),
    ]),
  ])

  writeFileSync(besides('load.svg'), await chartOf(curves))
  writeFileSync(
    besides('load.md'),
    `# Load

Measured on ${new Date().toISOString().slice(0, 10)} by \`pnpm load\`, with the server and its client on one machine of 2 shared cores; Node ${process.versions.node}. Times are in milliseconds, median / 99th percentile, unless a column has another unit. Each engine confirms a change when it is on its disk.

## One read as sessions grow in number

![Line chart of the time of one read over the number of stored sessions, for each engine. The table below has the same numbers.](load.svg)

${counted(READS)} strong reads of random sessions, one after another: a session with its user, by its id.

${reads}

## One read beside a read by hand

1,000 sessions. The read by hand is the cheapest that an app would write: it selects the plain columns of a session joined with its user by primary key, through a prepared statement where the client has them (libSQL and PGlite have none), and parses the attributes of both. In Redis it is one \`MGET\` of two JSON texts, the session's and the user's; in a Durable Object it is a method of the user's object that runs the join; in Deno KV it is one \`getMany\` of two keys. Only the id is checked. Both take turns of 50 ms, 21 rounds; the columns hold medians, and the ratios are of two turns in one round, with their quartiles. The reads of ${TOGETHER} at once come from one process through at most 10 connections to PostgreSQL and MariaDB, and one to Redis.

${beside}

## A mixed load

${counted(USERS)} users with ${PER_USER} sessions each, ${WORKERS} requests at any time from one process, for ${SECONDS} seconds, through \`limen()\`.

${load}
`,
  )
}
