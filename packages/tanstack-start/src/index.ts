/**
 * Limen in TanStack Start, as request middleware.
 *
 * @module
 */
export { authenticate } from './authenticate.ts'
export type { AuthenticateOptions, MiddlewareResult } from './authenticate.ts'
