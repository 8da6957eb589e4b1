/** Parts of statements in SQLite. */
import { raw, sql, value } from '../../sql.ts'
import type { Statements } from '../dialect.ts'

export const statements: Statements = {
  larger: 'max',
  uncached: '',
  // There is one writer at a time.
  lock: '',
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
  deleteOldest: (table, key, newestFirst, kept, stored) => sql`
    delete from ${table}
    where ${key} in (
      ${newestFirst}
      limit -1 offset ${value(kept)}
    ) and exists (
      select 1
      from ${table}
      where ${key} = ${stored}
    )
  `,
  unlessTaken: (id) => `on conflict (${id}) do nothing`,
  expired: (table, id, deadline, now, limit) => sql`
    ${raw(id)} in (
      select ${raw(id)}
      from ${raw(table)}
      where ${raw(deadline)} <= ${value(now)}
      order by ${raw(deadline)}
      limit ${value(limit)}
    )
  `,
  limitIsText: false,
}
