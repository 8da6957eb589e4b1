/**
 * Limen as Hono middleware.
 *
 * @module
 */
export { authenticate, requireOrigin, requireSession } from './authenticate.ts'
export type {
  AuthenticateOptions,
  AuthSource,
  AuthVariables,
  HonoAuth,
  SessionOf,
  SessionVariables,
} from './authenticate.ts'
export { hono } from './context.ts'
