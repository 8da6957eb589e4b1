/** Measures the share of an app's throughput that is left with Limen. */
import { equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from '@limen/test-servers'
import { type Spread, ratioOf } from '../src/statistics.ts'
import { forged } from '../src/subject.ts'
import { denoNotes } from './deno-notes.ts'
import { guestbook } from './guestbook.ts'
import { type Throughput, inTurns, middle } from './turns.ts'

/** An app that runs with Limen, and with one read of the session in its place. */
export interface LoadedApp {
  readonly name: string
  /** Adds sessions until the app has as many as given, and returns the cookies of some. */
  fill(folder: string, from: number, sessions: number): Promise<readonly string[]>
  start(folder: string, isBare: boolean): Promise<Server>
}

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
export async function loads(
  rounds: number,
  seconds: number,
  sizes: readonly number[] = SIZES,
): Promise<Load[]> {
  const all: Load[] = []
  for (const loaded of [guestbook, denoNotes]) {
    const app = loaded.name
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    try {
      for (const [n, sessions] of sizes.entries()) {
        const cookies = await loaded.fill(folder, sizes[n - 1] ?? 0, sessions)
        await using withLimen = await loaded.start(folder, false)
        await using without = await loaded.start(folder, true)
        const pages = [withLimen, without].map(({ port }) => ({
          // As 127.0.0.1, the guestbook would have another origin.
          url: `http://localhost:${port}/`,
          cookies,
        }))
        for (const { url } of pages) equal(await greets(url, cookies[0]!), true, url)
        // Only the app without Limen accepts any secret.
        for (const [n, { url }] of pages.entries()) {
          equal(await greets(url, forged(cookies[0]!)), n === 1, url)
        }
        for (const connections of CONNECTIONS) {
          const [limen, bare] = await inTurns(pages, { rounds, seconds, connections })
          const perSecond = (turns: readonly Throughput[]) => turns.map((turn) => turn.perSecond)
          const kept = ratioOf(perSecond(limen!), perSecond(bare!))!
          all.push({ app, sessions, connections, limen: middle(limen!), bare: middle(bare!), kept })
          console.log(`${app}, ${sessions} sessions, ${connections}: ${kept.median.toFixed(2)}`)
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return all
}

/** Whether the page greets the visitor by name. */
async function greets(url: string, cookie: string): Promise<boolean> {
  const page = await fetch(url, { headers: { Cookie: cookie } })
  return (await page.text()).includes('User 0')
}
