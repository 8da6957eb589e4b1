/** Parts of statements in PostgreSQL. */
import { raw, sql, value } from '../../sql.ts'
import type { Statements } from '../dialect.ts'

export const statements: Statements = {
  larger: 'greatest',
  // Hyperdrive answers a query from its cache for a minute, unless it has a function that depends on
  // the time: https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
  uncached: ' and now() is not null',
  lock: 'for key share',
  lockFirst: {
    user: 'for no key update of u',
    withSession: 'for no key update of u for update of s',
  },
  returning: true,
  deleteReturning: true,
  updateReturning: true,
  deleteReplaced: (table, key, replaced, stored) => sql`
    delete from ${table}
    where ${key} = ${replaced} and exists (
      select 1
      from ${table}
      where ${key} = ${stored}
    )
  `,
  // In an array, so that it is read once.
  deleteOldest: (table, key, newestFirst, kept, stored) => sql`
    delete from ${table}
    where ${key} = any(array(
      ${newestFirst}
      offset ${value(kept)}
    )) and exists (
      select 1
      from ${table}
      where ${key} = ${stored}
    )
  `,
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
