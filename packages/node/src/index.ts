/**
 * Limen for node:http, Express, Koa and Fastify.
 *
 * @module
 */
export { express, fastify, koa, node } from './middleware.ts'
export type {
  ExpressRequest,
  FastifyReply,
  FastifyRequest,
  KoaContext,
  NodeOptions,
} from './middleware.ts'
export { requireOrigin, requireRecentSignIn, requireSession } from './guards.ts'
export type {
  Guard,
  Next,
  NodeAuth,
  Otherwise,
  RequireRecentSignInOptions,
  WithSession,
} from './guards.ts'
export { openUpgrade } from './upgrade.ts'
export type { WaitUntil } from './node-context.ts'
export type { NodeRequest, NodeResponse } from './node-http.ts'
