/** Events for logs and alarms: structured, and without secrets. */
import type { UntrustedReason } from './csrf.ts'
import type { StoreCall } from './store.ts'

/** Why a cookie or bearer token gave no session. */
export type TokenRejection =
  | 'malformed'
  | 'header-too-large'
  | 'ambiguous'
  | 'unknown'
  | 'secret-mismatch'
  | 'expired'

/**
 * One thing that happened. Ids may be logged; no token, secret, hash, cookie value or header text
 * is ever in an event.
 */
export type AuthEvent =
  | { readonly type: 'created'; readonly sessionId: string; readonly userId: string }
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
  /** A renewed or deleting cookie that the framework did not take. The session itself was renewed. */
  | { readonly type: 'cookie-lost' }
  /** A session was first found after the response had left, without the headers that keep it private. */
  | { readonly type: 'validated-late'; readonly sessionId: string }
  /** `setSession()` on `http://localhost` with `secure`: some clients do not send such a cookie back. Set `secure: false` in development. */
  | { readonly type: 'secure-cookie-over-http' }

/** Events that are sent only when `events` names them, as they are frequent. */
export type NoisyEvent = 'validated'
