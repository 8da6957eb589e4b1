/**
 * Sessions, cookies and CSRF on plain `Request`, `Headers` and `Set-Cookie`.
 *
 * @module
 */
export { limen } from './limen.ts'
export type { Auth, InferSession, InferUser, LimenConfig, NoPromise } from './limen.ts'
export { web } from './middleware.ts'
export type { CookieContext, Middleware, RequestContext } from './middleware.ts'
export { answer, respond } from './response.ts'
export type { AnswerOptions, Left, RequestOpener } from './response.ts'
export { cors } from './cors.ts'
export type { Cors, CorsOptions } from './cors.ts'
export { cached } from './cached.ts'
export type { CachedOptions, StoreCache } from './cached.ts'
export { splitStore } from './split-store.ts'
export type { SplitStores, UserStore } from './split-store.ts'
export { AuthError, isAuthError } from './error.ts'
export type { AuthErrorCode } from './error.ts'
export type { AuthRequest, ReadonlyAuthRequest } from './auth-request.ts'
export type {
  Attributes,
  AttributesUpdate,
  IssuedSessionLike,
  NewSession,
  NewUser,
  Sessions,
  ValidateOptions,
} from './sessions.ts'
export type { JsonAttributes, JsonValue } from './attributes.ts'
export type { CookieAttributes } from './cookie.ts'
export type { CsrfProtection, OriginRequest, OriginVerdict, UntrustedReason } from './csrf.ts'
export type { AuthEvent, NoisyEvent, TokenRejection } from './event.ts'
export type { Session, SessionFields, SessionPeriods, SessionState, User } from './session.ts'
export type { CookieForm, SessionCookie, SessionCookieOptions } from './session-cookie.ts'
export type {
  Consistency,
  SessionAndUser,
  SessionRecord,
  Store,
  StoreCall,
  UserRecord,
} from './store.ts'
export type { Deadlines } from './session.ts'
