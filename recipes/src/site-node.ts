/** The site on Node, with PostgreSQL. */
import { readFile, readdir } from 'node:fs/promises'
import { getConnInfo } from '@hono/node-server/conninfo'
import { migrate, pg, sqlStore, sqlTicketStore } from '@limen/sql'
import type { Pool } from 'pg'
import { layout, sqlAccounts } from './accounts-sql.ts'
import { pgSql } from './database.ts'
import { sqlIdentities } from './identities-sql.ts'
import { sqlLimit } from './limit-sql.ts'
import { sqlMailCount } from './mail-limit-sql.ts'
import { sqlPasskeys } from './passkeys-sql.ts'
import { secretBox } from './secret-box.ts'
import { type Site, type SiteOptions, createAuth } from './site.ts'
import { sqlTotps } from './totps-sql.ts'

/** Creates the tables that are missing: those of the app, then those of Limen. */
export async function createTables(pool: Pool): Promise<void> {
  const folder = new URL('../migrations/node/', import.meta.url)
  for (const name of (await readdir(folder)).toSorted()) {
    await pool.query(await readFile(new URL(name, folder), 'utf8'))
  }
  await migrate(pg(pool), layout)
}

/** Creates the site. */
export function nodeSite(pool: Pool, options: SiteOptions): Site {
  const sql = pgSql(pool)
  const auth = createAuth(sqlStore(pg(pool), layout), options)
  return {
    auth,
    accounts: sqlAccounts(sql, auth),
    identities: sqlIdentities(sql, pg(pool)),
    providers: options.providers ?? [],
    tickets: sqlTicketStore(pg(pool)),
    origin: options.origin,
    passkeys: sqlPasskeys(sql),
    totps: sqlTotps(sql),
    secretBox: secretBox(options.totpKey),
    sendMail: options.sendMail,
    limit: sqlLimit(sql, options.now),
    countMail: sqlMailCount(sql, options.now),
    // Behind a proxy this is the proxy. Then read the header that the proxy sets, and only that one.
    clientOf: (c) => getConnInfo(c).remote.address ?? 'unknown',
  }
}
