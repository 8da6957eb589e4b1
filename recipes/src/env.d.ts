import type { Bindings } from './site-workers.ts'

declare global {
  namespace Cloudflare {
    // The type of `env` in "cloudflare:workers".
    interface Env extends Bindings {}
  }
}
