/** Events for logs and alarms: structured, and without secrets. */
import type { UntrustedReason } from './csrf.ts'
import type { StoreCall } from './store.ts'

/** Why a cookie or bearer token opened no session. */
export type TokenRejection =
  | 'malformed'
  | 'header-too-large'
  | 'ambiguous'
  | 'unknown'
  | 'secret-mismatch'
  /** An extension did not admit the session. */
  | 'unproven'
  | 'expired'

/**
 * One event. It can contain ids, which can be logged. It never contains a token, secret, hash, cookie
 * value or header text.
 */
export type AuthEvent =
  | { readonly type: 'created'; readonly sessionId: string; readonly userId: string }
  /** `replaceSession()` created the session `sessionId` and ended the session `replaced`. */
  | {
      readonly type: 'replaced'
      readonly sessionId: string
      readonly userId: string
      readonly replaced: string
    }
  | { readonly type: 'validated'; readonly sessionId: string; readonly userId: string }
  | { readonly type: 'renewed'; readonly sessionId: string; readonly userId: string }
  | { readonly type: 'invalidated'; readonly sessionId: string }
  | { readonly type: 'invalidated'; readonly userId: string; readonly except?: string | undefined }
  | {
      readonly type: 'token-rejected'
      readonly carrier: 'Cookie' | 'Authorization'
      readonly reason: TokenRejection
    }
  | { readonly type: 'origin-refused'; readonly reason: UntrustedReason }
  | {
      readonly type: 'store-failed'
      readonly call: StoreCall
      readonly code: 'AUTH_STORE_UNAVAILABLE' | 'AUTH_STORE_REJECTED'
    }
  /** The framework did not accept a cookie that renews or deletes. The store has renewed the session; only the cookie is missing. */
  | { readonly type: 'cookie-lost' }
  /** A session was first found after the response was sent, without the headers that make it private. */
  | { readonly type: 'validated-late'; readonly sessionId: string }
  /** `setSession()` on `http://localhost` with `secure`: some clients do not send such a cookie back. Set `secure: false` in development. */
  | { readonly type: 'secure-cookie-over-http' }

/** Frequent events: reported only when `events` names them. */
export type OptionalEvent = 'validated'
