/** Deletes what has expired: for a daily job. */
import type { Site } from './site.ts'

/** Deletes at most 1000 of each kind. */
export async function deleteExpired(site: Site): Promise<void> {
  await site.auth.deleteExpiredSessions()
  // #if tickets
  await site.tickets.deleteExpired?.({ now: site.auth.now(), limit: 1000 })
  // #end
  // #if guest
  // Guests without a session can never return.
  await site.guests.purge()
  // #end
}
