/** How much of an app's throughput Limen costs. */
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Spread, spreadOf } from '../src/statistics.ts'
import { fillNotes, startNotes } from './deno-notes.ts'
import { fillGuestbook, prepareGuestbook, startGuestbook } from './guestbook.ts'
import { type Server, run } from './process.ts'
import { NAME } from './sessions.ts'

/** One app with and without Limen. */
export interface Load {
  readonly app: string
  readonly sessions: number
  readonly connections: number
  readonly limen: Throughput
  readonly bare: Throughput
  /** The share of the throughput without Limen, round by round. */
  readonly kept: Spread
}

/** Pages a second, and milliseconds: medians over the rounds. */
interface Throughput {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const SIZES = [1000, 1_000_000]
const CONNECTIONS = [1, 16, 128]
const client = fileURLToPath(new URL('client.ts', import.meta.url))

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
        const found: Record<'limen' | 'bare', Throughput[]> = { limen: [], bare: [] }
        // The first round warms up.
        for (let round = 0; round <= rounds; round++) {
          const turns = [['limen', limen] as const, ['bare', bare] as const]
          for (const [name, server] of round % 2 === 0 ? turns : turns.toReversed()) {
            const outcome = await fire(server, connections, round === 0 ? 1 : seconds, cookies)
            if (round > 0) found[name].push(outcome)
          }
        }
        const kept = spreadOf(
          found.limen.map(({ perSecond }, n) => perSecond / found.bare[n]!.perSecond),
        )
        all.push({
          app,
          sessions,
          connections,
          limen: middle(found.limen),
          bare: middle(found.bare),
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
  const [Cookie] = JSON.parse(await readFile(cookies, 'utf8')) as string[]
  const page = await (await fetch(url, { headers: { Cookie: Cookie! } })).text()
  if (!page.includes(NAME))
    throw new Error(`${url} does not know the visitor: ${page.slice(0, 500)}`)
}

async function fire(
  { url }: Server,
  connections: number,
  seconds: number,
  cookies: string,
): Promise<Throughput> {
  const args = [client, url, String(connections), String(seconds), cookies]
  return JSON.parse(await run(process.execPath, args, tmpdir())) as Throughput
}

function middle(all: readonly Throughput[]): Throughput {
  const median = (of: (one: Throughput) => number) => spreadOf(all.map(of)).median
  return {
    perSecond: median((one) => one.perSecond),
    p50: median((one) => one.p50),
    p99: median((one) => one.p99),
  }
}
