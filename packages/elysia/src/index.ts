/**
 * Limen as a plugin for Elysia.
 *
 * @module
 */
export { authenticate } from './plugin.ts'
export type { AuthenticateOptions, AuthPlugin } from './plugin.ts'
export { elysia } from './context.ts'
export type { ElysiaContext } from './context.ts'
