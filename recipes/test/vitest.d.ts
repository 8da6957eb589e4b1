import type { Smtp } from './smtp-cases.ts'

declare module 'vitest' {
  // What `smtp-setup.ts` gives to the tests.
  interface ProvidedContext {
    smtp: Smtp
  }
}
