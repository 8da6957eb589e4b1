/** Loads several servers in turn, so that other work on the machine hits all alike. */
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { spreadOf } from '../src/statistics.ts'
import { type Server, run } from './process.ts'

/** Pages a second, and milliseconds. */
export interface Throughput {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** A server, and the file of the cookies that its visitors send. */
export interface Loaded {
  readonly server: Server
  readonly cookies: string
}

/** How it is loaded. */
export interface Pressure {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
}

const client = fileURLToPath(new URL('client.ts', import.meta.url))

/** Each server's turns, one for each round. The order rotates by one place each round. */
export async function inTurns(
  all: readonly Loaded[],
  { rounds, seconds, connections }: Pressure,
): Promise<Throughput[][]> {
  const found = all.map((): Throughput[] => [])
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const at = (round + turn) % all.length
      const { server, cookies } = all[at]!
      const args = [
        client,
        server.url,
        String(connections),
        String(round === 0 ? Math.min(seconds, 3) : seconds),
        cookies,
      ]
      const outcome = JSON.parse(await run(process.execPath, args, tmpdir())) as Throughput
      if (round > 0) found[at]!.push(outcome)
    }
  }
  return found
}

/** The cookies of the visitors, as `name=value`. */
export async function cookiesIn(file: string): Promise<string[]> {
  return JSON.parse(await readFile(file, 'utf8')) as string[]
}

/** The medians over the rounds. */
export function middle(all: readonly Throughput[]): Throughput {
  const median = (of: (one: Throughput) => number) => spreadOf(all.map(of)).median
  return {
    perSecond: median((one) => one.perSecond),
    p50: median((one) => one.p50),
    p99: median((one) => one.p99),
  }
}
