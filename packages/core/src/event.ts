/** What happened, for logs and alarms: structured, and without anything a thief could use. */
import type { UntrustedReason } from './csrf.ts'
import type { StoreCall } from './store.ts'

/** Why a cookie or bearer token gave no session. */
export type TokenRejection = 'malformed' | 'ambiguous' | 'unknown' | 'secret-mismatch' | 'expired'

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
  | { readonly type: 'store-failed'; readonly call: StoreCall }

/** Events too frequent to be sent unless asked for by name in `events`. */
export type NoisyEvent = 'validated'
