/** The cases of the rate limit. */
import assert from 'node:assert/strict'
import { ATTEMPTS_PER_MINUTE } from '../src/attempts-per-minute.ts'
import type { Case, World } from './world.ts'

/** How many of 20 concurrent attempts with a new key are allowed. */
async function countAllowed({ site, clock }: World): Promise<number> {
  const minute = () => Math.floor(clock.now() / 60_000)
  for (;;) {
    const [key, before] = [crypto.randomUUID(), minute()]
    const results = await Promise.all(Array.from({ length: 20 }, () => site.limit(key)))
    // Otherwise the minute ended in between: try again.
    if (minute() === before) return results.filter(Boolean).length
  }
}

export const limitCases: readonly Case[] = [
  {
    name: 'the rate limit counts concurrent attempts',
    async run(world) {
      assert.equal(await countAllowed(world), ATTEMPTS_PER_MINUTE)
    },
  },
]

/** For the counters in the app's own database: the clock of Cloudflare's binding cannot be moved. */
export const counterCases: readonly Case[] = [
  {
    name: 'the rate limit allows attempts again in the next minute',
    async run({ site, clock }) {
      const key = crypto.randomUUID()
      while (await site.limit(key));
      clock.advance({ minutes: 1 })
      assert.equal(await site.limit(key), true)
    },
  },
]
