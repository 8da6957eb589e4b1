/**
 * Limen in h3 v2, and in what is built on it: Nitro 3 and SolidStart.
 *
 * @module
 */
export { authenticate, requireOrigin, requireSession } from './authenticate.ts'
export type { AuthenticateOptions } from './authenticate.ts'
export { getAuth, h3 } from './context.ts'
