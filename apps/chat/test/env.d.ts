import type { D1Migration } from '@cloudflare/vitest-plugin'
import type { Env as ChatEnv } from '../src/env.ts'

declare global {
  namespace Cloudflare {
    interface Env extends ChatEnv {
      MIGRATIONS: D1Migration[]
    }
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts')
      durableNamespaces: 'Room'
    }
  }
}
