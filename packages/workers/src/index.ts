/**
 * Limen on Cloudflare Workers: the adapter for a Worker's handlers, and stores for D1, Durable Objects
 * and KV. It also loads in Node, Deno and Bun; `@limen/workers/durable-object` does not.
 *
 * @module
 */
export { kvCache, workersCache } from './caches.ts'
export type { KvCacheNamespace, WorkersCache, WorkersCacheOptions } from './caches.ts'
export { d1Store } from './d1-store.ts'
export { d1TicketStore } from './d1-ticket-store.ts'
export type { D1, D1Answer, D1Connection, D1Statement, D1WithBatch } from '@limen/sql/sqlite'
export { durableObjectStore } from './durable-object-store.ts'
export { durableObjectTicketStore } from './durable-object-ticket-store.ts'
export { kvStore } from './kv-store.ts'
export type { KvStoreOptions } from './kv-store.ts'
export type { KvNamespace, KvPage } from './kv.ts'
export type { DurableObjectStoreOptions } from './object-client.ts'
export type {
  LocationHint,
  ObjectNamespace,
  SentSession,
  SessionsNamespace,
  SessionsObject,
  TicketsNamespace,
  TicketsObject,
} from './sessions-object.ts'
export { withAuth } from './with-auth.ts'
export type { AuthHandler, Unwrapped, WorkerAuth, WorkerHandler } from './with-auth.ts'
export type { WorkerContext, WorkerRequest, WorkerSchedule } from './worker.ts'
