/** How much of an app's throughput Limen costs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Spread, spreadOf } from '../src/statistics.ts'
import { fillNotes, startNotes } from './deno-notes.ts'
import { fillGuestbook, prepareGuestbook, startGuestbook } from './guestbook.ts'
import type { Server } from './process.ts'
import { NAME } from './sessions.ts'
import { type Throughput, cookiesIn, inTurns, middle } from './turns.ts'

/** One app with and without Limen. */
export interface Load {
  readonly app: string
  readonly sessions: number
  readonly connections: number
  /** Medians over the rounds. */
  readonly limen: Throughput
  readonly bare: Throughput
  /** The share of the throughput without Limen, round by round. */
  readonly kept: Spread
}

const SIZES = [1000, 1_000_000]
const CONNECTIONS = [1, 16, 128]

/** Loads both apps, with and without Limen in turn. */
export async function loads(rounds: number, seconds: number): Promise<Load[]> {
  return [
    ...(await loadsOf('guestbook', rounds, seconds)),
    ...(await loadsOf('deno-notes', rounds, seconds)),
  ]
}

async function loadsOf(
  app: 'guestbook' | 'deno-notes',
  rounds: number,
  seconds: number,
): Promise<Load[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const all: Load[] = []
  try {
    if (app === 'guestbook') await prepareGuestbook(folder)
    const start = app === 'guestbook' ? startGuestbook : startNotes
    let filled = 0
    for (const sessions of SIZES) {
      const cookies =
        app === 'guestbook'
          ? await fillGuestbook(folder, sessions)
          : await fillNotes(folder, filled, sessions)
      filled = sessions
      await using limen = await start(folder, false)
      await using bare = await start(folder, true)
      await check(limen, cookies)
      await check(bare, cookies)
      for (const connections of CONNECTIONS) {
        const servers = [limen, bare].map((server) => ({ server, cookies }))
        const [ours, theirs] = await inTurns(servers, { rounds, seconds, connections })
        const kept = spreadOf(ours!.map(({ perSecond }, n) => perSecond / theirs![n]!.perSecond))
        all.push({
          app,
          sessions,
          connections,
          limen: middle(ours!),
          bare: middle(theirs!),
          kept,
        })
        console.log(
          `${app}, ${sessions} sessions, ${connections} connections: ${kept.median.toFixed(2)}`,
        )
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return all
}

/** Both variants must know the visitor. */
async function check({ url }: Server, cookies: string): Promise<void> {
  const [Cookie] = await cookiesIn(cookies)
  const page = await (await fetch(url, { headers: { Cookie: Cookie! } })).text()
  if (!page.includes(NAME))
    throw new Error(`${url} does not know the visitor: ${page.slice(0, 500)}`)
}
