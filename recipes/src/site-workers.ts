/** The site on Cloudflare Workers, with D1. */
import { d1 } from '@limen/sql'
import type { ProviderSettings } from './oauth-env.ts'
import type { Site, SiteOptions } from './site.ts'
import { sqlSite } from './site-sql.ts'

/** The bindings in `wrangler.jsonc`. */
export interface Bindings {
  readonly DB: D1Database
  /** Counts in each data center of Cloudflare by itself, so an attacker in several of them gets more. */
  readonly ATTEMPTS: RateLimit
  // #if tickets
  /** The origin of the site. */
  readonly ORIGIN: string
  // #end
  // #if totp
  /** A secret: 32 random bytes in base64. */
  readonly TOTP_KEY?: string
  // #end
}

// #if oauth
/** What the registrations at providers gave you. */
export interface Bindings extends ProviderSettings {}
// #end

/** Creates the site. */
export function workersSite({ DB, ATTEMPTS }: Bindings, options: SiteOptions): Site {
  return sqlSite(d1(DB), options, {
    limit: async (key) => (await ATTEMPTS.limit({ key })).success,
    clientOf: (c) => c.req.header('CF-Connecting-IP') ?? 'unknown',
  })
}
