/**
 * Limen for Astro.
 *
 * @module
 */
export { astro } from './astro.ts'
export type { MigrationContext } from './astro.ts'
export { authenticate } from './authenticate.ts'
export type {
  AstroHandler,
  AuthenticateOptions,
  AuthSource,
  LocalsContext,
} from './authenticate.ts'
export type { AstroContext, WaitUntil } from './astro-context.ts'
