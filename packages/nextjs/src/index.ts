/**
 * Limen in Next.js: sessions in pages, server actions, route handlers and `proxy.ts`.
 *
 * @module
 */
export { nextjs } from './nextjs.ts'
export type {
  ActionOptions,
  HandlerOptions,
  NextAuth,
  NextEvent,
  NextOptions,
  NextSessions,
  RouteHandler,
} from './nextjs.ts'
