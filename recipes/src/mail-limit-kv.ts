/** Counts e-mails in Deno KV, by the hour of the clock. */
import type { Kv } from '@limen/deno'
import type { Site } from './site.ts'

/** Counts e-mails. A count expires after two hours. */
export function kvMailCount(kv: Kv, now: () => number = Date.now): Site['countMail'] {
  return async (key) => {
    const hour = Math.floor(now() / 3_600_000)
    // The check fails only when another call has counted an e-mail, so this ends.
    for (;;) {
      const entry = await kv.get<number>(['mails', key, hour])
      const count = (entry.value ?? 0) + 1
      const counted = kv.atomic().check(entry).set(entry.key, count, { expireIn: 7_200_000 })
      if ((await counted.commit()).ok) return count
    }
  }
}
