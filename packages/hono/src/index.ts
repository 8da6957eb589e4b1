/**
 * Limen as Hono middleware.
 *
 * @module
 */
export { authenticate, requireOrigin, requireSession } from './authenticate.ts'
export type {
  AuthenticateOptions,
  AuthVariables,
  EagerOptions,
  OptionalSessionVariables,
  SessionVariables,
} from './authenticate.ts'
export type { AuthContext } from './auth-context.ts'
export { requireBearer } from './bearer.ts'
export { hono } from './context.ts'
export type { AuthSource, HonoAuth, SessionOf } from './opener.ts'
export { requireRecentSignIn } from './recent-sign-in.ts'
export type { RequireRecentSignInOptions, WithoutRecentSignIn } from './recent-sign-in.ts'
export type { Otherwise, TokenSource } from './session-required.ts'
