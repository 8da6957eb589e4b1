/** The site on a SQL database. */
import { type SqlDriver, sqlStore, sqlTicketStore } from '@limen/sql'
import { layout, sqlAccounts } from './accounts-sql.ts'
import { sqlOf } from './database.ts'
import { sqlGuests, sqlNotes } from './guests-sql.ts'
import { sqlIdentities } from './identities-sql.ts'
import { sqlMailCount } from './mail-limit-sql.ts'
import { sqlAudit, sqlMembers } from './members-sql.ts'
import { sqlPasskeys } from './passkeys-sql.ts'
import { secretBox } from './secret-box.ts'
import { type Site, type SiteOptions, createAuth } from './site.ts'
import { sqlTotps } from './totps-sql.ts'

/** What each platform has of its own. */
export type Platform = Pick<Site, 'limit' | 'clientOf'>

/** Creates the site. */
export function sqlSite(driver: SqlDriver, options: SiteOptions, platform: Platform): Site {
  const sql = sqlOf(driver)
  const auth = createAuth(sqlStore(driver, layout), options)
  return {
    ...platform,
    auth,
    // #if accounts
    accounts: sqlAccounts(sql, auth),
    // #end
    // #if oauth
    identities: sqlIdentities(sql, driver),
    providers: options.providers ?? [],
    // #end
    // #if tickets
    tickets: sqlTicketStore(driver),
    origin: options.origin,
    // #end
    // #if passkey
    passkeys: sqlPasskeys(sql),
    // #end
    // #if totp
    totps: sqlTotps(sql),
    secretBox: secretBox(options.totpKey),
    // #end
    // #if roles
    members: sqlMembers(sql),
    audit: sqlAudit(sql),
    // #end
    // #if guest
    notes: sqlNotes(sql),
    guests: sqlGuests(sql, driver, auth),
    // #end
    // #if email
    sendMail: options.sendMail,
    countMail: sqlMailCount(sql, options.now),
    // #end
  }
}
