/**
 * Sessions kept in Durable Objects, one for each user. Only for Workers: it imports
 * `cloudflare:workers`.
 *
 * @module
 */
export { durableObjectStore } from './durable-object-store.ts'
export type { DurableObjectStoreOptions } from './durable-object-store.ts'
export { LimenSessions } from './limen-sessions.ts'
export type {
  LocationHint,
  SentSession,
  SessionsNamespace,
  SessionsObject,
} from './sessions-object.ts'
