/** Loads several servers in turn, so that other work on the machine affects all alike. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '@limen/test-servers'
import { medianOf } from '../src/statistics.ts'

/** Pages a second, and milliseconds. */
export interface Throughput {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Milliseconds of processor time for a page, where it is known. */
  readonly cpu?: number
}

/** A page, and the cookies of its visitors. */
export interface LoadedPage {
  readonly url: string
  readonly cookies: readonly string[]
  /** The processor time of the app so far, in milliseconds. */
  readonly cpu?: () => number
}

export interface Pressure {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
}

const client = fileURLToPath(new URL('client.ts', import.meta.url))

/** Returns each page's turns, one for each round. The order rotates by one position each round. */
export async function inTurns(
  pages: readonly LoadedPage[],
  { rounds, seconds, connections }: Pressure,
): Promise<Throughput[][]> {
  const found = pages.map((): Throughput[] => [])
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const fileOf = (n: number) => join(folder, `${n}.json`)
  try {
    for (const [n, { cookies }] of pages.entries()) {
      await writeFile(fileOf(n), JSON.stringify(cookies))
    }
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      for (let turn = 0; turn < pages.length; turn++) {
        const n = (round + turn) % pages.length
        const duration = round === 0 ? Math.min(seconds, 3) : seconds
        const args = [client, pages[n]!.url, String(connections), String(duration), fileOf(n)]
        const { cpu } = pages[n]!
        const before = cpu?.() ?? 0
        const measured = JSON.parse(await run(process.execPath, args)) as Throughput
        const spent = cpu && (cpu() - before) / (measured.perSecond * duration)
        const throughput = spent === undefined ? measured : { ...measured, cpu: spent }
        if (round > 0) found[n]!.push(throughput)
      }
    }
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The medians over the rounds. */
export function middle(turns: readonly Throughput[]): Throughput {
  const median = (of: (turn: Throughput) => number) => medianOf(turns.map(of))
  return {
    perSecond: median(({ perSecond }) => perSecond),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
  }
}
