/** The site on Cloudflare Workers, with D1. */
import { d1, sqlStore, sqlTicketStore } from '@limen/sql'
import { layout, sqlAccounts } from './accounts-sql.ts'
import { d1Sql } from './database.ts'
import { sqlIdentities } from './identities-sql.ts'
import { sqlMailCount } from './mail-limit-sql.ts'
import type { ProviderSettings } from './oauth-env.ts'
import { sqlPasskeys } from './passkeys-sql.ts'
import { secretBox } from './secret-box.ts'
import { type Site, type SiteOptions, createAuth } from './site.ts'
import { sqlTotps } from './totps-sql.ts'

/** The bindings in `wrangler.jsonc`. */
export interface Bindings extends ProviderSettings {
  /** The origin of the site. */
  readonly ORIGIN: string
  readonly DB: D1Database
  /** Counts in each data center of Cloudflare by itself, so an attacker in several of them gets more. */
  readonly ATTEMPTS: RateLimit
  /** A secret: 32 random bytes in base64. */
  readonly TOTP_KEY: string
}

/** Creates the site. */
export function workersSite({ DB, ATTEMPTS }: Bindings, options: SiteOptions): Site {
  const auth = createAuth(sqlStore(d1(DB), layout), options)
  const sql = d1Sql(DB)
  return {
    auth,
    accounts: sqlAccounts(sql, auth),
    identities: sqlIdentities(sql, d1(DB)),
    providers: options.providers ?? [],
    tickets: sqlTicketStore(d1(DB)),
    origin: options.origin,
    passkeys: sqlPasskeys(sql),
    totps: sqlTotps(sql),
    secretBox: secretBox(options.totpKey),
    sendMail: options.sendMail,
    limit: async (key) => (await ATTEMPTS.limit({ key })).success,
    // The binding counts at most a minute.
    countMail: sqlMailCount(sql, options.now),
    clientOf: (c) => c.req.header('CF-Connecting-IP') ?? 'unknown',
  }
}
