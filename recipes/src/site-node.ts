/** The site on Node, with a SQL database. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { SqlDriver } from '@limen/sql'
import { sqlOf } from './database.ts'
import { sqlLimit } from './limit-sql.ts'
import type { Site, SiteOptions } from './site.ts'
import { sqlSite } from './site-sql.ts'

/** Creates the site. */
export function nodeSite(driver: SqlDriver, options: SiteOptions): Site {
  return sqlSite(driver, options, {
    limit: sqlLimit(sqlOf(driver), options.now),
    // Behind a proxy this is the proxy. Then read the header that the proxy sets, and only that one.
    clientOf: (c) => getConnInfo(c).remote.address ?? 'unknown',
  })
}
