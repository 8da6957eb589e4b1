import type { D1Migration } from '@cloudflare/vitest-plugin'
import type { LimenSessions } from '@limen/workers/durable-object'

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database
      MIGRATIONS: D1Migration[]
      SESSIONS: DurableObjectNamespace<LimenSessions>
      KV: KVNamespace
      OTHER_WORKER: Fetcher
    }
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** How many histories `pnpm soak` runs on every store, in place of the number in its test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
  }
}
