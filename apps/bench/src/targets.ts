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
  'smallest Worker with D1 and its own handler, kB gzip':
    'Limen is within the limit, as `pnpm size` counts it; what is over is this Worker’s own handler.',
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
export function judge({ times, cold, sizes, load }: Results): Judged[] {
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
  const kept = (load?.apps ?? []).map(({ app, sessions, connections, limen, bare }) => {
    const value = limen.perSecond / bare.perSecond
    return {
      where: `${app}, ${sessions} sessions, ${connections} connections`,
      value,
      holds: value >= 0.85,
    }
  })
  const guestbook = kept.filter(({ where }) => where.startsWith('guestbook'))
  judged.push({
    what: 'authenticated pages of the guestbook, share of the throughput without Limen',
    limit: 'at least 0.85',
    found: guestbook,
  })
  const worker = sizes?.find(({ name }) => name === 'Limen')
  if (worker) {
    const size = { where: 'workerd', value: worker.gzip / 1000, holds: worker.gzip <= 5500 }
    judged.push({
      what: 'smallest Worker with D1 and its own handler, kB gzip',
      limit: 'at most 5.5',
      found: [size],
    })
  }
  return judged.filter(({ found }) => found.length > 0)
}
