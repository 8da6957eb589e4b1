/** What must hold, and whether it does. */
import { type Results, type RuntimeResult } from './results.ts'
import { runtimeNames } from './runtimes.ts'

/** One promise about speed or size, with what was found in each runtime. */
export interface Judged {
  readonly what: string
  readonly limit: string
  /** What was found, by runtime, or once for all. */
  readonly found: readonly {
    readonly where: string
    readonly value: number
    readonly holds: boolean
  }[]
}

/** Why a promise is not kept; told beside it. */
export const reasons: Readonly<Record<string, string>> = {}

const MAIN = 'active, 12 cookies'
const ANONYMOUS = 'anonymous, 11 cookies'

type Find = (subject: string, workload: string) => number
interface Target {
  readonly what: string
  readonly most?: number
  readonly least?: number
  readonly value: (time: Find, floor: string) => number
}

const targets: readonly Target[] = [
  {
    what: 'active session, 12 cookies, to the floor',
    most: 1.3,
    value: (time, floor) => time('Limen', MAIN) / time(floor, MAIN),
  },
  {
    what: 'active session, to lucia 2.7',
    most: 1,
    value: (time) => time('Limen', MAIN) / time('lucia 2.7', MAIN),
  },
  {
    what: 'active session, better-auth to us',
    least: 20,
    value: (time) => time('better-auth', MAIN) / time('Limen', MAIN),
  },
  {
    what: 'active session, better-auth with its cookie cache to us',
    least: 20,
    value: (time) => time('better-auth, cookie cache', MAIN) / time('Limen', MAIN),
  },
  {
    what: 'active session, iron-session to us',
    least: 4,
    value: (time) => time('iron-session', MAIN) / time('Limen', MAIN),
  },
  {
    what: 'active session, @hono/session to us',
    least: 4,
    value: (time) => time('@hono/session', MAIN) / time('Limen', MAIN),
  },
  {
    what: 'anonymous, 11 cookies, to the floor',
    most: 1.3,
    value: (time, floor) => time('Limen', ANONYMOUS) / time(floor, ANONYMOUS),
  },
  {
    what: 'anonymous, 11 cookies, lucia 2.7 to us',
    least: 3,
    value: (time) => time('lucia 2.7', ANONYMOUS) / time('Limen', ANONYMOUS),
  },
  {
    what: 'forged token, to a valid one',
    most: 1,
    value: (time) => time('Limen', 'forged') / time('Limen', MAIN),
  },
  {
    what: 'malformed token, to anonymous and the floor’s scan',
    most: 1,
    value: (time, floor) =>
      time('Limen', 'malformed') / (time('Limen', ANONYMOUS) + time(floor, 'malformed')),
  },
  {
    what: 'through Hono, to bare Hono and the floor',
    most: 1.25,
    value: (time, floor) =>
      time('Limen', 'through Hono') / (time('bare Hono', 'through Hono') + time(floor, MAIN)),
  },
]

/** Judges what was measured. */
export function judge({ times, cold, sizes, load }: Results): Judged[] {
  const judged: Judged[] = targets.map(({ what, most, least, value }) => ({
    what,
    limit: most === undefined ? `at least ${least}` : `at most ${most}`,
    found: runtimeNames.flatMap((where) => {
      const result = times?.runtimes[where]
      const ratio = result ? value(finder(result), result.floor) : NaN
      const holds = most === undefined ? ratio >= least! : ratio <= most
      return Number.isFinite(ratio) ? [{ where, value: ratio, holds }] : []
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

function finder({ timed }: RuntimeResult): Find {
  return (subject, workload) =>
    timed.find((one) => one.subject === subject && one.workload === workload)?.time.median ?? NaN
}
