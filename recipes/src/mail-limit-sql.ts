/** Counts e-mails in the app's own database, by the hour of the clock. */
import type { Sql } from './database.ts'
import type { Site } from './site.ts'

/** Counts e-mails in the table `mails`, and deletes the counts of earlier hours. */
export function sqlMailCount(sql: Sql, now: () => number = Date.now): Site['countMail'] {
  return async (key) => {
    const hour = Math.floor(now() / 3_600_000)
    await sql`delete from mails where hour < ${hour}`
    const [mails] = await sql<{ count: number }>`
      insert into mails (hour, key, count) values (${hour}, ${key}, 1)
      on conflict (hour, key) do update set count = mails.count + 1
      returning count`
    return mails?.count ?? Infinity
  }
}
