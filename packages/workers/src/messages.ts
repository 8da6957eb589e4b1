/**
 * Every message of the stores and caches: one for each rule, grouped by code.
 *
 * Messages of an engine follow its name and hold no values. `messages.test.ts` has a case for each.
 */

/** Before the message of the engine, whose code can be any of `AUTH_STORE_…` and `AUTH_RECORD_TOO_LARGE`. */
export const durableObject = (line: string): string => `Durable Object: ${line}`
export const workersKv = (line: string): string => `Workers KV: ${line}`

/** A cache reports this to `onCacheError`: it stores JSON, which would change an attribute. */
export const notCached = (name: string): string =>
  `JSON would change the attribute "${name}": it is not cached`

// AUTH_CONFIG

/** The bindings that functions need, which follow "needs". */
export const D1_BINDING = 'a D1 binding such as env.DB'
export const KV_BINDING = 'a KV binding such as env.SESSIONS'
export const OBJECT_BINDING = 'a Durable Object binding such as env.SESSIONS'
export const KV_CACHE_BINDING = 'a KV binding such as env.CACHE'
export const CACHE_FORM = 'a cache such as caches.default, or a function that opens one'

/** What was passed instead: a binding of another kind. */
export const D1_KIND = 'a D1 database'
export const KV_KIND = 'a KV namespace'
export const OBJECT_KIND = 'a Durable Object namespace'
export const REMOTE_KIND = 'a service binding or stub'

/** The store of tickets that needs a Durable Object binding. */
export const OBJECT_TICKET_STORE = 'durableObjectTicketStore'

/** Values of options, which follow "must be". */
export const ORIGIN_FORM = 'an origin such as "https://app.example"'
export const regionForm = (regions: readonly string[]): string => `one of ${regions.join(', ')}`

// AUTH_STORE_REJECTED

/** D1 has no table. */
export const missingTable = (line: string): string =>
  `${line}. Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote`

/** The stores that refuse a call without a route. `@limen/core/store-kit` has the rest of the message. */
export const KV_STORE = 'kvStore'
export const OBJECT_STORE = 'durableObjectStore'

/** The Durable Object has no such method. */
export const wrongClass = (line: string): string =>
  `${line} The class of the binding must be LimenSessions.`
