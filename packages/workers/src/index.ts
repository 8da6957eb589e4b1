/**
 * Limen on Cloudflare Workers: the adapter for a Worker's handlers, and sessions kept in D1 or KV.
 *
 * @module
 */
export { kvCache, workersCache } from './caches.ts'
export type { KvCacheNamespace, WorkersCache, WorkersCacheOptions } from './caches.ts'
export { d1Store } from './d1-store.ts'
export type { D1, D1Answer, D1Connection, D1Statement } from './d1.ts'
export { kvStore } from './kv-store.ts'
export type { KvStoreOptions } from './kv-store.ts'
export type { KvNamespace, KvPage } from './kv.ts'
export { withAuth } from './with-auth.ts'
export type { AuthHandler, WorkerAuth } from './with-auth.ts'
export type {
  WorkerBatch,
  WorkerContext,
  WorkerEmail,
  WorkerEvents,
  WorkerHandler,
  WorkerMessage,
  WorkerRequest,
  WorkerSchedule,
} from './worker.ts'
