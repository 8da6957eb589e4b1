/**
 * Limen in React Router's framework mode, as middleware.
 *
 * @module
 */
export { authenticate } from './authenticate.ts'
export type { AuthenticateOptions, GetAuth, RouteArgs } from './authenticate.ts'
export { requireOrigin, requireSession } from './guards.ts'
export type { RequireSessionOptions } from './guards.ts'
