/**
 * Limen as Hono middleware.
 *
 * @module
 */
export { authenticate, requireSession } from './authenticate.ts'
export type { AuthSource, AuthVariables, HonoAuth } from './authenticate.ts'
export { hono } from './context.ts'
