/** The bindings in wrangler.jsonc. In an app of its own, `npx wrangler types` writes them. */
declare namespace Cloudflare {
  interface Env {
    DB: D1Database
  }
}
