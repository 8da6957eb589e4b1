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

/** Why `answerDevice()` answered 401. The browser then forgets the device session. */
export type DeviceRefusal =
  /** There is no such session: it was revoked, replaced or has expired. */
  | 'unknown'
  /** No device has registered for this session. */
  | 'unregistered'
  /** The browser has the cookie of another session by now. */
  | 'replaced'
  /** The challenge of a registration is not one of this server, or of another session. */
  | 'challenge-mismatch'
  /** The registration came more than 5 minutes after the sign-in. */
  | 'challenge-expired'
  | 'proof-malformed'
  | 'key-malformed'
  /** The session has the key of another device, or a refresh brought a key of its own. */
  | 'key-mismatch'
  | 'signature-mismatch'

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
  /** `deviceBound()`: a browser registered a key, and bound the session by its first refresh. */
  | {
      readonly type: 'device-registered' | 'device-bound'
      readonly sessionId: string
      readonly userId: string
    }
  /** `deviceBound()`: a registration or refresh was refused. Without `sessionId`, there is no such session. */
  | {
      readonly type: 'device-refused'
      readonly reason: DeviceRefusal
      readonly sessionId?: string | undefined
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
