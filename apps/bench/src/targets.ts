/** The limits for speed and size, and whether the results are within them. */
import { type Results, floorOf, pagesASecond, timesOf } from './results.ts'
import { runtimeNames } from './runtimes.ts'
import { type Spread, ratioOf } from './statistics.ts'

/** A value that was measured: in one runtime, with one client, or of one bundle. */
interface Value {
  readonly where: string
  readonly value: number
  readonly spread?: Spread
}

interface Target {
  readonly what: string
  readonly most?: number
  readonly least?: number
  /** Why the limit is missed, if that is known. */
  readonly reason?: string
  readonly find: (results: Results) => readonly Value[]
}

/** One target with the values that were measured. */
export interface CheckedTarget {
  readonly what: string
  readonly limit: string
  readonly reason: string
  readonly values: readonly (Value & { readonly holds: boolean })[]
}

type Times = readonly number[] | undefined
/** The times of a subject and a workload in one runtime. */
type Lookup = (subject: string, workload: string) => Times

/** Ratios of two lists of times, round by round, in each runtime. */
const inRuntimes =
  (pairOf: (time: Lookup, floor: string) => readonly [Times, Times]): Target['find'] =>
  ({ times }) =>
    runtimeNames.flatMap((where) => {
      const result = times?.runtimes[where]
      if (!result) return []
      const lookup: Lookup = (subject, workload) => timesOf(result, subject, workload)
      return valueOf(where, ratioOf(...pairOf(lookup, floorOf(result))))
    })

/** Ratios of Limen's pages a second on PostgreSQL to those of another page, for each client. */
const onPostgres =
  (baseOf: (client: string) => string): Target['find'] =>
  (results) =>
    ['pg', 'postgres.js'].flatMap((client) => {
      const base = pagesASecond(results, baseOf(client))
      return valueOf(client, ratioOf(pagesASecond(results, `Limen, ${client}`), base))
    })

const valueOf = (where: string, spread: Spread | undefined): Value[] =>
  spread ? [{ where, value: spread.median, spread }] : []

const sizeOf =
  (worker: string): Target['find'] =>
  ({ sizes }) =>
    (sizes ?? [])
      .filter(({ name }) => name === worker)
      .map(({ gzip }) => ({ where: 'workerd', value: gzip / 1000 }))

const sum = (a: Times, b: Times): Times => a && b && a.map((time, round) => time + b[round]!)

const LIMEN = 'Limen'
const ACTIVE = 'active, 12 cookies'
const ANONYMOUS = 'anonymous, 11 cookies'

/** The time of a peer as a multiple of Limen's. */
const peer = (name: string, least: number, reason?: string): Target => ({
  what: `active session: ${name} / Limen`,
  least,
  ...(reason && { reason }),
  find: inRuntimes((time) => [time(name, ACTIVE), time(LIMEN, ACTIVE)]),
})

const targets: readonly Target[] = [
  {
    what: 'active session with 12 cookies: Limen / floor',
    most: 1.3,
    reason:
      'The floor looks into a `Map` synchronously and returns an id. Limen awaits its store, returns a session with its user and three dates, reads `Upgrade` beside `Cookie` because a WebSocket handshake is a GET too, and looks for a second cookie of the name. In Node the profile shows one more header with its lookups, more garbage, and then functions of Limen with at most a tenth of the time each. In workerd it shows garbage first, then that header (in `origin`) and the creation of the session. In Deno it shows garbage and functions of Limen; the hash takes as long in both.',
    find: inRuntimes((time, floor) => [time(LIMEN, ACTIVE), time(floor, ACTIVE)]),
  },
  {
    what: 'active session with 12 cookies: Limen / floor that returns a session',
    most: 1.3,
    reason:
      'Limen also caches the result for the next call, checks the form of a token before it hashes or reads, looks for a second cookie of the name, applies an absolute lifetime to the deadlines, returns a third date and selects attributes. The profile shows no single cause: each function that does this takes a tenth or less, and the rest is garbage.',
    find: inRuntimes((time) => [time(LIMEN, ACTIVE), time('floor, whole session', ACTIVE)]),
  },
  {
    what: 'active session: Limen / lucia 2.7',
    most: 1,
    reason:
      'Lucia does not hash, and does not check WebSocket handshakes. In workerd the hash and the headers are more than half of the time, as the profile shows.',
    find: inRuntimes((time) => [time(LIMEN, ACTIVE), time('lucia 2.7', ACTIVE)]),
  },
  peer('better-auth', 20),
  peer(
    'better-auth, cookie cache',
    20,
    'With its cookie cache better-auth reads no store and verifies signatures. In workerd this cryptography does not leave the thread and is a small part of its time, as the profile shows. Node and Deno run it on another thread.',
  ),
  peer(
    'iron-session',
    4,
    'Its session is one small value in the cookie. In workerd its cryptography does not leave the thread, as the profile shows. In Node and Deno it does, and takes most of the time.',
  ),
  peer(
    '@hono/session',
    4,
    'Its session is one small value in the cookie, decrypted with one AES-GCM call. In workerd that call does not leave the thread, as the profile shows. In Node and Deno it does, and takes most of the time.',
  ),
  {
    what: 'anonymous visitor with 11 cookies: Limen / floor',
    most: 1.3,
    reason:
      'The difference is a quarter of a microsecond: Limen creates an AuthRequest and a promise where the floor returns synchronously. The profile shows mostly their garbage. The two other floors that return an id show how much processes differ: for an anonymous visitor their code is the same as this floor’s.',
    find: inRuntimes((time, floor) => [time(LIMEN, ANONYMOUS), time(floor, ANONYMOUS)]),
  },
  {
    what: 'anonymous visitor with 11 cookies: lucia 2.7 / Limen',
    least: 3,
    find: inRuntimes((time) => [time('lucia 2.7', ANONYMOUS), time(LIMEN, ANONYMOUS)]),
  },
  {
    what: 'Limen: forged token / valid token',
    most: 1,
    find: inRuntimes((time) => [time(LIMEN, 'forged'), time(LIMEN, ACTIVE)]),
  },
  {
    what: 'Limen: malformed token / anonymous visitor and the floor’s search',
    most: 1,
    find: inRuntimes((time, floor) => [
      time(LIMEN, 'malformed'),
      sum(time(LIMEN, ANONYMOUS), time(floor, 'malformed')),
    ]),
  },
  {
    what: 'through Hono: Limen / bare Hono and the floor',
    most: 1.25,
    reason:
      'The floor runs in the handler. It is no middleware, which would send Hono the longer way, and it does not set cache headers: a shared cache may store its page. Limen marks the page as private: it reads one header of the response, writes two, and looks through all names for those that only a CDN reads (`mark` in the profiles of workerd and Deno; in Node the reading is part of `get`). The rest is the active session itself.',
    find: inRuntimes((time, floor) => [
      time(LIMEN, 'through Hono'),
      sum(time('bare Hono', 'through Hono'), time(floor, ACTIVE)),
    ]),
  },
  {
    what: 'module evaluation in milliseconds: Limen - lucia 2.7',
    most: 0,
    find: ({ cold }) =>
      runtimeNames.flatMap((where) => {
        const evaluated = (name: string) =>
          cold?.runtimes[where]?.find(({ subject }) => subject === name)?.evaluated.median
        const [own, other] = [evaluated(LIMEN), evaluated('lucia 2.7')]
        return own === undefined || other === undefined ? [] : [{ where, value: own - other }]
      }),
  },
  {
    what: 'authenticated pages of the guestbook: share of the throughput without Limen',
    least: 0.85,
    find: ({ load }) =>
      (load?.apps ?? [])
        .filter(({ app }) => app === 'guestbook')
        .map(({ app, sessions, connections, kept }) => ({
          where: `${app}, ${sessions} sessions, ${connections} connections`,
          value: kept.median,
          spread: kept,
        })),
  },
  {
    what: 'page on PostgreSQL: share of the throughput of bare Hono with the same client',
    least: 0.8,
    reason:
      'The app, the database and the client share two cores, and runs differ by a tenth. In the profile of the process, which is idle for a fifth of the time, Limen’s own functions take about 5 %. The cause of the rest was not found. Alone, one `store.read` through pg takes 1.10 times as long as the read by hand (packages/sql/load.md).',
    find: onPostgres((client) => `bare Hono, ${client}`),
  },
  {
    what: 'page on PostgreSQL: throughput / express-session with connect-pg-simple',
    least: 4,
    reason:
      'Bare Hono, which checks nothing, has 3.3 times its throughput on this machine. Three short rounds with wrk instead of this client gave 3.0, 2.7 and 4.3 for Limen through pg: too few, and too far apart, for a conclusion.',
    find: onPostgres(() => 'express-session, connect-pg-simple'),
  },
  {
    what: 'page on PostgreSQL: throughput / better-auth',
    least: 4,
    reason:
      'Bare Hono has 4.3 times its throughput on this machine. Three short rounds with wrk instead of this client gave 3.8, 3.2 and 4.4 for Limen through pg: too few, and too far apart, for a conclusion.',
    find: onPostgres(() => 'better-auth, pg'),
  },
  {
    what: 'smallest Worker with D1: Limen, kB gzip',
    most: 6.5,
    reason: 'Core has grown by its checks and messages; decision 75 has the size of each.',
    find: sizeOf(LIMEN),
  },
  {
    what: 'smallest Worker with D1: Limen with withAuth, kB gzip',
    most: 6.5,
    reason:
      'This is not the smallest Worker, which is the row above: the adapter `withAuth` supports more than this Worker needs.',
    find: sizeOf('Limen, withAuth'),
  },
  {
    what: 'what the Hono middleware adds, kB gzip',
    most: 0.6,
    reason:
      'It applies Limen’s headers at each read of `c.res`, so that an inner cache receives a private page, and checks its options.',
    find: ({ addedToHono: bytes }) =>
      bytes === undefined ? [] : [{ where: 'workerd', value: bytes / 1000 }],
  },
]

/** Compares the results with the targets that were measured. */
export function checkTargets(results: Results): CheckedTarget[] {
  return targets
    .map(({ what, most, least, reason = 'not analyzed yet.', find }) => ({
      what,
      limit: least === undefined ? `at most ${most}` : `at least ${least}`,
      reason,
      values: find(results).map((one) => ({
        ...one,
        holds: one.value <= (most ?? Infinity) && one.value >= (least ?? -Infinity),
      })),
    }))
    .filter(({ values }) => values.length > 0)
}
