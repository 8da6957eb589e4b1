/** Parts of statements in MySQL and MariaDB. */
import { raw, sql, value } from '../../sql.ts'
import type { Statements } from '../dialect.ts'

export const statements: Statements = {
  larger: 'greatest',
  // Hyperdrive answers a query from its cache for a minute, unless it has a function that depends on
  // the time: https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
  uncached: ' and now() is not null',
  lock: 'lock in share mode',
  lockFirst: { user: 'for update', withSession: 'for update' },
  returning: false,
  deleteReturning: false,
  updateReturning: false,
  // Joins: in a subquery, MySQL takes no table from which the statement deletes.
  deleteReplaced: (table, key, replaced, stored) => sql`
    delete s
    from ${table} as s
    join ${table} as n on n.${key} = ${stored}
    where s.${key} = ${replaced}
  `,
  // MySQL has no offset without a limit, and takes neither as a client sends them.
  deleteOldest: (table, key, newestFirst, kept, stored) => sql`
    delete s
    from ${table} as s
    join ${table} as n on n.${key} = ${stored}
    join (
      ${newestFirst}
      limit 18446744073709551615 offset ${raw(String(Math.trunc(kept)))}
    ) as o on o.${key} = s.${key}
  `,
  // `insert ignore` would ignore every failure.
  unlessTaken: () => '',
  // MySQL takes no limit that a client sent as a floating-point number, as mysql2 does.
  expired: (_table, _id, deadline, now, limit) => sql`
    ${raw(deadline)} <= ${value(now)}
    order by ${raw(deadline)}
    limit ${raw(String(Math.trunc(limit)))}
  `,
  limitIsText: true,
}
