import type { D1Migration } from '@cloudflare/vitest-plugin'
import type { Env as GuestbookEnv } from '../src/env.ts'

declare global {
  namespace Cloudflare {
    interface Env extends GuestbookEnv {
      MIGRATIONS: D1Migration[]
    }
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts')
    }
  }
}
