/** Deletes what has expired: for a daily job. */
import type { Site } from './site.ts'

/** Deletes expired sessions and tickets, at most 1000 of each. */
export async function deleteExpired({ auth, tickets }: Site): Promise<void> {
  await auth.deleteExpiredSessions()
  await tickets.deleteExpired?.({ now: auth.now(), limit: 1000 })
}
