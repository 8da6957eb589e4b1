/** What must hold, and whether it does. */
import { type Results, floorOf, pagesASecond, ratioOf, timesOf } from './results.ts'
import { runtimeNames } from './runtimes.ts'
import type { Spread } from './statistics.ts'

/** One promise about speed or size, with what was found in each runtime. */
export interface Judged {
  readonly what: string
  readonly limit: string
  /** What was found, by runtime, or once for all. */
  readonly found: readonly {
    readonly where: string
    readonly value: number
    readonly spread?: Spread
    readonly holds: boolean
  }[]
}

/** Why a promise is not kept; told beside it. */
export const reasons: Readonly<Record<string, string>> = {
  'active session, 12 cookies, to the floor':
    'The floor looks into a `Map` at once and gives back an id. Limen waits for a store that answers later, gives back a session with its user and three dates, reads `Upgrade` beside `Cookie`, since a WebSocket handshake is a GET too, and looks for a second cookie of the name. In the profile the difference in Node is one header more and its lookups, more garbage, and then functions of ours of which none has more than a tenth of the time; in workerd it is garbage first, then that header (in `origin`) and the session that is made; in Deno it is garbage and functions of ours, while the hash is as long in both.',
  'active session, 12 cookies, to a floor that gives a session':
    'What Limen has beyond it: an answer kept for who asks again, the form of a token checked before anything is hashed or read, a second cookie of the name, deadlines that heed an absolute end, a third date, and attributes to choose from. In the profile the difference is no one thing: a tenth or less in each of the functions that do this, and the garbage that they leave.',
  'active session, to lucia 2.7':
    'Lucia hashes nothing and lets every handshake pass. In workerd, as the profile shows, a hash and the headers are more than half of our time.',
  'active session, better-auth, cookie cache to us':
    'With its cookie cache better-auth asks no store and checks signatures. In workerd the cryptography for that does not leave the thread and is a small part of its time, as the profile shows; Node and Deno send it to another thread.',
  'active session, @hono/session to us':
    'Its session is one small value in the cookie, opened with one AES-GCM call. In workerd that call does not leave the thread, as the profile shows; in Node and Deno it does, and costs most of the time.',
  'active session, iron-session to us':
    'Its session is one small value in the cookie. In workerd its cryptography does not leave the thread, as the profile shows; in Node and Deno it does, and costs most of the time.',
  'anonymous, 11 cookies, to the floor':
    'A quarter of a microsecond: an AuthRequest and a promise are made where the floor answers at once, and by the profile the difference is mostly their garbage. How far one process differs from another shows in the two other floors that give an id: for such a visitor their code is the same as this floor’s.',
  'through Hono, to bare Hono and the floor':
    'The floor stands in the handler, so it is no middleware, which would send Hono the longer way, and it marks no response: a shared cache may keep its page. Ours is marked for one visitor: one header of the response is read, two are written, and all names are looked through for those that only a CDN reads (`mark` in the profiles of workerd and Deno; in Node the reading is part of `get`). The rest is the active session itself.',
  'page on PostgreSQL, share of the throughput of bare Hono with the same client':
    'The app, the database and the client share two cores here, and runs differ by a tenth. In the profile of the process, which is idle for a fifth of the time, Limen’s own functions take about 5 %. The cause of the rest was not found. Alone, one `store.read` through pg takes 1.10 times as long as the read by hand (packages/sql/load.md).',
  'page on PostgreSQL, throughput to express-session with connect-pg-simple':
    'Bare Hono itself, which checks nothing, has 3.3 times its throughput on this machine. Loaded by wrk in place of our client, three short rounds gave 3.0, 2.7 and 4.3 for Limen through pg: too few, and too far apart, to say more.',
  'page on PostgreSQL, throughput to better-auth':
    'Bare Hono itself has 4.3 times its throughput on this machine. Loaded by wrk in place of our client, three short rounds gave 3.8, 3.2 and 4.4 for Limen through pg: too few, and too far apart, to say more.',
  'smallest Worker with D1, Limen, kB gzip':
    'Core has grown by its checks and messages; decision 75 has the price of each.',
  'what the Hono middleware adds, kB gzip':
    'It applies Limen’s headers at each read of `c.res`, so that a cache inside sees a private page, and checks its options.',
  'smallest Worker with D1, Limen, withAuth, kB gzip':
    'Not the smallest, which is the row above: `withAuth` is the Worker adapter, which can do more than this Worker needs. It is told for those who use it.',
}

const MAIN = 'active, 12 cookies'
const ANONYMOUS = 'anonymous, 11 cookies'

type Times = readonly number[]
type Find = (subject: string, workload: string) => Times | undefined
interface Target {
  readonly what: string
  readonly most?: number
  readonly least?: number
  /** Two lists of times, whose ratio round by round is meant. */
  readonly of: (time: Find, floor: string) => readonly [Times | undefined, Times | undefined]
}

const OURS = 'Limen'
/** The floor that does what every library owes. */
const WHOLE = 'floor, whole session'
/** How many times as long a peer takes for an active session. */
const slower = (peer: string, least: number): Target => ({
  what: `active session, ${peer} to us`,
  least,
  of: (time) => [time(peer, MAIN), time(OURS, MAIN)],
})

const targets: readonly Target[] = [
  {
    what: 'active session, 12 cookies, to the floor',
    most: 1.3,
    of: (time, floor) => [time(OURS, MAIN), time(floor, MAIN)],
  },
  {
    what: 'active session, 12 cookies, to a floor that gives a session',
    most: 1.3,
    of: (time) => [time(OURS, MAIN), time(WHOLE, MAIN)],
  },
  {
    what: 'active session, to lucia 2.7',
    most: 1,
    of: (time) => [time(OURS, MAIN), time('lucia 2.7', MAIN)],
  },
  slower('better-auth', 20),
  slower('better-auth, cookie cache', 20),
  slower('iron-session', 4),
  slower('@hono/session', 4),
  {
    what: 'anonymous, 11 cookies, to the floor',
    most: 1.3,
    of: (time, floor) => [time(OURS, ANONYMOUS), time(floor, ANONYMOUS)],
  },
  {
    what: 'anonymous, 11 cookies, lucia 2.7 to us',
    least: 3,
    of: (time) => [time('lucia 2.7', ANONYMOUS), time(OURS, ANONYMOUS)],
  },
  {
    what: 'forged token, to a valid one',
    most: 1,
    of: (time) => [time(OURS, 'forged'), time(OURS, MAIN)],
  },
  {
    what: 'malformed token, to anonymous and the floor’s scan',
    most: 1,
    of: (time, floor) => [
      time(OURS, 'malformed'),
      sum(time(OURS, ANONYMOUS), time(floor, 'malformed')),
    ],
  },
  {
    what: 'through Hono, to bare Hono and the floor',
    most: 1.25,
    of: (time, floor) => [
      time(OURS, 'through Hono'),
      sum(time('bare Hono', 'through Hono'), time(floor, MAIN)),
    ],
  },
]

function sum(a: Times | undefined, b: Times | undefined): Times | undefined {
  return a && b && a.map((time, n) => time + b[n]!)
}

/** The clients of PostgreSQL that Limen is loaded through. */
const CLIENTS = ['pg', 'postgres.js']
/** What Limen's page is compared with, by client. */
const pageTargets = [
  {
    what: 'page on PostgreSQL, share of the throughput of bare Hono with the same client',
    least: 0.8,
    base: (client: string) => `bare Hono, ${client}`,
  },
  {
    what: 'page on PostgreSQL, throughput to express-session with connect-pg-simple',
    least: 4,
    base: () => 'express-session, connect-pg-simple',
  },
  {
    what: 'page on PostgreSQL, throughput to better-auth',
    least: 4,
    base: () => 'better-auth, pg',
  },
]

/** Judges what was measured. */
export function judge(results: Results): Judged[] {
  const { times, cold, sizes, load, addedToHono } = results
  const judged: Judged[] = targets.map(({ what, most = Infinity, least = 0, of }) => ({
    what,
    limit: least > 0 ? `at least ${least}` : `at most ${most}`,
    found: runtimeNames.flatMap((where) => {
      const result = times?.runtimes[where]
      if (!result) return []
      const ratio = ratioOf(...of((...given) => timesOf(result, ...given), floorOf(result)))
      if (!ratio) return []
      const { median } = ratio
      return [{ where, value: median, spread: ratio, holds: median <= most && median >= least }]
    }),
  }))
  const evaluated = runtimeNames.flatMap((where) => {
    const starts = cold?.runtimes[where]
    const of = (name: string) => starts?.find(({ subject }) => subject === name)?.evaluated.median
    const ours = of('Limen')
    const theirs = of('lucia 2.7')
    if (ours === undefined || theirs === undefined) return []
    return [{ where, value: ours - theirs, holds: ours <= theirs }]
  })
  judged.push({
    what: 'module evaluation, milliseconds over lucia 2.7',
    limit: 'at most 0',
    found: evaluated,
  })
  const shares = (load?.apps ?? []).map(({ app, sessions, connections, kept }) => ({
    where: `${app}, ${sessions} sessions, ${connections} connections`,
    value: kept.median,
    spread: kept,
    holds: kept.median >= 0.85,
  }))
  const guestbook = shares.filter(({ where }) => where.startsWith('guestbook'))
  judged.push({
    what: 'authenticated pages of the guestbook, share of the throughput without Limen',
    limit: 'at least 0.85',
    found: guestbook,
  })
  for (const { what, least, base } of pageTargets) {
    const found = CLIENTS.flatMap((client) => {
      const ratio = ratioOf(
        pagesASecond(results, `Limen, ${client}`),
        pagesASecond(results, base(client)),
      )
      if (!ratio) return []
      const { median } = ratio
      return [{ where: client, value: median, spread: ratio, holds: median >= least }]
    })
    judged.push({ what, limit: `at least ${least}`, found })
  }
  for (const worker of sizes ?? []) {
    if (!['Limen', 'Limen, withAuth'].includes(worker.name)) continue
    const size = { where: 'workerd', value: worker.gzip / 1000, holds: worker.gzip <= 6500 }
    judged.push({
      what: `smallest Worker with D1, ${worker.name}, kB gzip`,
      limit: 'at most 6.5',
      found: [size],
    })
  }
  if (addedToHono !== undefined) {
    judged.push({
      what: 'what the Hono middleware adds, kB gzip',
      limit: 'at most 0.6',
      found: [{ where: 'workerd', value: addedToHono / 1000, holds: addedToHono <= 600 }],
    })
  }
  return judged.filter(({ found }) => found.length > 0)
}
