/** What must hold, and whether it does. */
import { type Results, floorOf, ratioOf, timesOf } from './results.ts'
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
    'The floor looks into a `Map` at once and gives back an id. Limen waits for a store that answers later, gives back a session with its user and its dates, reads `Upgrade` beside `Cookie` since a WebSocket handshake is a GET too, and looks for a second cookie of the name. The floor that gives a session does some of that. What is left is spread thin: by `--profile`, more than a quarter is the reading of headers in Node, a tenth the hash, a sixteenth the collection of garbage, and no function of ours has more than a tenth. In workerd a collection of all garbage falls into every second or third turn of Limen and doubles it, which is why its upper quartile is so far up: 2,000 requests are made before the clock starts, and with a collection before each turn that is gone.',
  'active session, 12 cookies, to a floor that gives a session':
    'What Limen has beyond it: an answer kept for who asks again, the form of a token checked before anything is hashed or read, a second cookie of the name, deadlines that heed an absolute end, and attributes to choose from. Each is small, and together they are 2 to 3 µs here, and half of that in a program that does nothing else.',
  'active session, to lucia 2.7':
    'Lucia hashes nothing and lets every handshake pass. In workerd a hash and a header are nearly half of our time. Where it has another cookie’s token to look for in vain, or none, it is slower.',
  'active session, better-auth to us':
    'On the line in workerd, where some of our turns hold a collection of garbage.',
  'active session, better-auth, cookie cache to us':
    'With its cookie cache better-auth asks no store and checks one signature, which workerd does without leaving the thread.',
  'active session, iron-session to us':
    'It is asked for one small value. In workerd its cryptography does not leave the thread, which makes it costly in Node and Deno.',
  'active session, @hono/session to us':
    'It is asked for one small value. In workerd its cryptography does not leave the thread, which makes it costly in Node and Deno.',
  'anonymous, 11 cookies, to the floor':
    'A fifth of a microsecond, about the limit: the AuthRequest, which notes that the answer varied by `Cookie`. The floor makes no object.',
  'anonymous, 11 cookies, lucia 2.7 to us': 'Within the noise.',
  'forged token, to a valid one':
    'Within the noise: the same work, and an event in place of a session.',
  'malformed token, to anonymous and the floor’s scan':
    'Its sender is judged, for a handshake must not learn more than a page, and it is told as an event: one header more, and a promise.',
  'through Hono, to bare Hono and the floor':
    'A page for one visitor says so: one header of the response is read, two are written, and all names are looked through for those of CDNs: 1 µs in Node, 0.7 in Deno, 2 in workerd. It is middleware, which sends Hono the longer way: 0.6 µs. The floor is in the handler and marks nothing, so a shared cache may keep its page. The rest is the active session itself, and in Deno 4 µs that we do not find again in a program that does nothing else: there the whole handler takes 7.',
  'module evaluation, milliseconds over lucia 2.7':
    'Two tenths of a millisecond in Deno, five in Node, for classes with private fields and a table of codes, as far as we looked. In workerd one start differs from the next by as much.',
  'smallest Worker with D1, Limen, withAuth, kB gzip':
    'Limen is within the limit, as `pnpm size` counts it; what is over is this Worker’s own handler.',
  'authenticated pages of the guestbook, share of the throughput without Limen':
    'Within the noise of one round.',
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

/** Judges what was measured. */
export function judge({ times, cold, sizes, load, addedToHono }: Results): Judged[] {
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
  for (const worker of sizes ?? []) {
    if (!['Limen', 'Limen, withAuth'].includes(worker.name)) continue
    const size = { where: 'workerd', value: worker.gzip / 1000, holds: worker.gzip <= 5500 }
    judged.push({
      what: `smallest Worker with D1, ${worker.name}, kB gzip`,
      limit: 'at most 5.5',
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
