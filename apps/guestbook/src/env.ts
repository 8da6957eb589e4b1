/** The Worker's bindings, as in wrangler.jsonc. */
export interface Env {
  readonly DB: D1Database
  readonly ATTEMPTS_BY_NAME: RateLimit
  readonly ATTEMPTS_BY_ADDRESS: RateLimit
  readonly REFUSALS_BY_ADDRESS: RateLimit
}
