/**
 * A rate limit in Deno KV.
 *
 * It counts by the minute of the clock, so twice as many attempts can fall into the sixty seconds
 * around its end. Each attempt is a write: that limits guesses, not floods of requests. A key contains
 * an e-mail address or a client's IP address, and expires after two minutes.
 */
import type { Kv } from '@limen/deno'
import { ATTEMPTS_PER_MINUTE } from './attempts-per-minute.ts'
import type { Site } from './site.ts'

/** Counts attempts in Deno KV. */
export function kvLimit(kv: Kv, now: () => number = Date.now): Site['limit'] {
  return async (key) => {
    const minute = Math.floor(now() / 60_000)
    // The check fails only when another call has counted an attempt, so this ends.
    for (;;) {
      const entry = await kv.get<number>(['attempts', key, minute])
      const count = (entry.value ?? 0) + 1
      if (count > ATTEMPTS_PER_MINUTE) return false
      const counted = kv.atomic().check(entry).set(entry.key, count, { expireIn: 120_000 })
      if ((await counted.commit()).ok) return true
    }
  }
}
