/**
 * Limen on Deno: the adapter for `Deno.serve`, and a store for Deno KV.
 *
 * @module
 */
export { denoKvStore } from './deno-kv-store.ts'
export { withAuth } from './with-auth.ts'
export type { Kv, KvAtomic, KvEntry, KvKey, KvReadOptions } from './kv.ts'
