/**
 * Limen on Deno: the adapter for `Deno.serve`, and stores for Deno KV.
 *
 * @module
 */
export { denoKvStore } from './deno-kv-store.ts'
export { denoKvTicketStore } from './deno-kv-ticket-store.ts'
export { withAuth } from './with-auth.ts'
export type { Kv, KvAtomic, KvEntry, KvKey, KvReadOptions } from './kv.ts'
