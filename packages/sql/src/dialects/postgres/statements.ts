/** Parts of statements in PostgreSQL. */
import { raw, sql, value } from '../../sql.ts'
import type { Statements } from '../dialect.ts'

export const statements: Statements = {
  larger: 'greatest',
  // Hyperdrive answers a query from its cache for a minute, unless it has a function that depends on
  // the time: https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
  uncached: ' and now() is not null',
  lock: 'for key share',
  returning: true,
  unlessTaken: (id) => `on conflict (${id}) do nothing`,
  // Locking a row reads its deadline again, so a session that was just renewed stays. Rows that
  // another client is renewing or deleting are skipped. In an array, so that it is read once.
  expired: (table, id, deadline, now, limit) => sql`
    ${raw(id)} = any(array(
      select ${raw(id)}
      from ${raw(table)}
      where ${raw(deadline)} <= ${value(now)}
      order by ${raw(deadline)}
      limit ${value(limit)}
      for update skip locked
    ))
  `,
  limitIsText: false,
}
