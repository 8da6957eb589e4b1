/** The site on Deno, with Deno KV. */
import { type Kv, denoKvStore, denoKvTicketStore } from '@limen/deno'
import { getConnInfo } from 'hono/deno'
import { kvAccounts } from './accounts-kv.ts'
import { kvIdentities } from './identities-kv.ts'
import { kvLimit } from './limit-kv.ts'
import { kvMailCount } from './mail-limit-kv.ts'
import { kvPasskeys } from './passkeys-kv.ts'
import { secretBox } from './secret-box.ts'
import { type Site, type SiteOptions, createAuth } from './site.ts'
import { kvTotps } from './totps-kv.ts'

/** Creates the site. */
export function denoSite(kv: Kv, options: SiteOptions): Site {
  const auth = createAuth(denoKvStore(kv), options)
  return {
    auth,
    accounts: kvAccounts(kv, auth),
    identities: kvIdentities(kv, auth),
    providers: options.providers ?? [],
    tickets: denoKvTicketStore(kv),
    origin: options.origin,
    passkeys: kvPasskeys(kv),
    totps: kvTotps(kv),
    secretBox: secretBox(options.totpKey),
    sendMail: options.sendMail,
    limit: kvLimit(kv, options.now),
    countMail: kvMailCount(kv, options.now),
    clientOf: (c) => getConnInfo(c).remote.address ?? 'unknown',
  }
}
