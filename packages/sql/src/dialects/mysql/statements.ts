/** Parts of statements in MySQL and MariaDB. */
import { raw, sql, value } from '../../sql.ts'
import type { Statements } from '../dialect.ts'

export const statements: Statements = {
  larger: 'greatest',
  // Hyperdrive answers a query from its cache for a minute, unless it has a function that depends on
  // the time: https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
  uncached: ' and now() is not null',
  lock: 'lock in share mode',
  returning: false,
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
