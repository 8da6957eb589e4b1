/**
 * A rate limit in the app's own database.
 *
 * It counts by the minute of the clock, so twice as many attempts can fall into the sixty seconds
 * around its end. Each attempt is a write: that limits guesses, not floods of requests.
 */
import type { Sql } from './database.ts'
import { ATTEMPTS_PER_MINUTE } from './attempts-per-minute.ts'
import type { Site } from './site.ts'

/** Counts attempts in the table `attempts`. */
export function sqlLimit(sql: Sql, now: () => number = Date.now): Site['limit'] {
  return async (key) => {
    const [attempts] = await sql<{ count: number }>`
      insert into attempts (key, minute, count) values (${key}, ${minuteOf(now)}, 1)
      on conflict (key) do update set
        count = case when attempts.minute = excluded.minute then attempts.count + 1 else 1 end,
        minute = excluded.minute
      returning count`
    return attempts !== undefined && attempts.count <= ATTEMPTS_PER_MINUTE
  }
}

/** Deletes the attempts of earlier minutes, and with them addresses of users and clients. */
export async function deleteOldAttempts(sql: Sql, now: () => number = Date.now): Promise<void> {
  await sql`delete from attempts where minute < ${minuteOf(now)}`
}

function minuteOf(now: () => number): number {
  return Math.floor(now() / 60_000)
}
