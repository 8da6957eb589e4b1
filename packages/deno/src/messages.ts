/**
 * Every message of `denoKvStore()` and `denoKvTicketStore()`: one for each rule, grouped by code.
 *
 * Messages of Deno KV follow its name and hold no values. `messages.test.ts` has a case for each.
 */

/** Before the message of Deno KV, whose code can be any of `AUTH_STORE_…` and `AUTH_RECORD_TOO_LARGE`. */
export const denoKv = (line: string): string => `Deno KV: ${line}`

// AUTH_CONFIG

/** What both functions need. */
export const KV_FORM = 'what Deno.openKv() returns'

/** What was passed instead. */
export const PROMISE_OF_KV = 'a promise: await Deno.openKv()'

// AUTH_STORE_REJECTED

/** The store that refuses a call without a route. `@limen/core/store-kit` has the rest of the message. */
export const KV_STORE = 'denoKvStore'

/** Session ids are random: another record with the same id is no coincidence. */
export const ID_TAKEN = 'Deno KV: the session id is taken'

/** The rest of Deno's message is the value. */
export const NOT_STORABLE = 'Deno KV: an attribute cannot be stored'

// AUTH_STORE_UNAVAILABLE

/** Each attempt was outdated by another change. */
export const gaveUp = (attempts: number): string =>
  `Deno KV: gave up after ${attempts} concurrent changes of the same entry`

/** `kv.close()` was called. */
export const closed = (line: string): string => `${line}. The database was closed`
