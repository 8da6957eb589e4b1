/**
 * Limen for SvelteKit.
 *
 * @module
 */
export { authenticate } from './authenticate.ts'
export type {
  AuthenticateOptions,
  AuthSource,
  KitHandle,
  KitInput,
  LocalsEvent,
} from './authenticate.ts'
export { sveltekit } from './event-context.ts'
export type { KitCookies, KitEvent, MigrationEvent, WaitUntil } from './event-context.ts'
