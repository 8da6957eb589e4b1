/** The site on Deno, with Deno KV. */
import { type Kv, denoKvStore, denoKvTicketStore } from '@limen/deno'
import { getConnInfo } from 'hono/deno'
import { kvAccounts } from './accounts-kv.ts'
import { kvGuests, kvNotes } from './guests-kv.ts'
import { kvIdentities } from './identities-kv.ts'
import { kvLimit } from './limit-kv.ts'
import { kvMailCount } from './mail-limit-kv.ts'
import { kvAudit, kvMembers } from './members-kv.ts'
import { kvPasskeys } from './passkeys-kv.ts'
import { secretBox } from './secret-box.ts'
import { type Site, type SiteOptions, createAuth } from './site.ts'
import { kvTotps } from './totps-kv.ts'

/** Creates the site. */
export function denoSite(kv: Kv, options: SiteOptions): Site {
  const auth = createAuth(denoKvStore(kv), options)
  return {
    auth,
    // #if accounts
    accounts: kvAccounts(kv, auth),
    // #end
    // #if oauth
    identities: kvIdentities(kv, auth),
    providers: options.providers ?? [],
    // #end
    // #if tickets
    tickets: denoKvTicketStore(kv),
    origin: options.origin,
    // #end
    // #if passkey
    passkeys: kvPasskeys(kv),
    // #end
    // #if totp
    totps: kvTotps(kv),
    secretBox: secretBox(options.totpKey),
    // #end
    // #if roles
    members: kvMembers(kv, auth),
    audit: kvAudit(kv),
    // #end
    // #if guest
    notes: kvNotes(kv),
    guests: kvGuests(kv, auth),
    // #end
    // #if email
    sendMail: options.sendMail,
    countMail: kvMailCount(kv, options.now),
    // #end
    limit: kvLimit(kv, options.now),
    clientOf: (c) => getConnInfo(c).remote.address ?? 'unknown',
  }
}
