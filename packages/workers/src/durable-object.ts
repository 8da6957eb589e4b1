/**
 * The class of the Durable Objects in which `durableObjectStore` of `@limen/workers` stores users and
 * sessions. Only for Workers: it imports `cloudflare:workers`.
 *
 * @module
 */
export { LimenSessions } from './limen-sessions.ts'
export type { SentSession } from './sessions-object.ts'
