import type { TestProviders } from './oauth-registration.ts'
import type { Smtp } from './smtp-cases.ts'

declare module 'vitest' {
  // What `smtp-setup.ts` and `providers-setup.ts` give to the tests.
  interface ProvidedContext {
    providers: TestProviders
    smtp: Smtp
  }
}
