/**
 * Sessions, cookies and CSRF on plain `Request`, `Headers` and `Set-Cookie`.
 *
 * @module
 */
export { limen } from './auth.ts'
export type {
  Auth,
  InferAuthRequest,
  InferSession,
  InferUser,
  LimenConfig,
  NoPromise,
} from './auth.ts'
export { web } from './middleware.ts'
export type { CookieContext, Middleware, PendingResponse, RequestContext } from './middleware.ts'
export { addHeaders, handle, respond } from './response.ts'
export type { HandleOptions, RequestOpener, ResponseHeaders } from './response.ts'
export { cors } from './cors.ts'
export type { Cors, CorsOptions } from './cors.ts'
export { cached } from './cached.ts'
export type { CachedOptions, StoreCache } from './cached.ts'
export { isRecentSignIn } from './recent-sign-in.ts'
export type { RecentSignInOptions } from './recent-sign-in.ts'
export { splitStore } from './split-store.ts'
export type { SplitStores } from './split-store.ts'
export { AuthError, isAuthError } from './error.ts'
export type { AuthErrorCode } from './error.ts'
export type { AuthRequest, ReadonlyAuthRequest } from './auth-request.ts'
export type {
  Attributes,
  AttributesUpdate,
  IssuedSessionLike,
  MaxSessions,
  NewSession,
  NewUser,
  SessionApi,
  SessionReplacement,
  TokenResult,
  ValidateOptions,
} from './session-api.ts'
export type { JsonAttributes, JsonValue } from './attributes.ts'
export type { CookieAttributes } from './cookie.ts'
export type { CsrfProtection, OriginRequest, OriginResult, UntrustedReason } from './csrf.ts'
export type { CallsOf, Extension, ExtensionSettings, SessionAddition } from './extension.ts'
export type { AuthEvent, DeviceRefusal, OptionalEvent, TokenRejection } from './event.ts'
export type {
  Session,
  SessionFields,
  SessionPeriods,
  SessionState,
  User,
} from './session-lifetime.ts'
export { aal1, aal2, aal3 } from './nist-lifetimes.ts'
export type { StoredSession } from './per-session.ts'
export type {
  CookieCandidates,
  CookieIdentity,
  CookieSearch,
  SessionCookie,
  SessionCookieOptions,
  SessionCookies,
} from './session-cookie.ts'
export type { TokenFormat, TokenParts } from './token.ts'
export type {
  AnyStore,
  AnyUserStore,
  PlainUserStore,
  Consistency,
  InsertOptions,
  RoutedId,
  RoutedStore,
  RoutedUserStore,
  SessionAndUser,
  SessionLimit,
  SessionRecord,
  SessionStore,
  Store,
  StoreCall,
  StoreTraits,
  UserRecord,
  UserStore,
} from './store.ts'
export type { Deadlines } from './session-lifetime.ts'
