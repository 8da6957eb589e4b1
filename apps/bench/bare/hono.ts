/** Replaces @limen/hono. */
import type { Context, MiddlewareHandler } from 'hono'
import type { limen } from './core.ts'

export function authenticate(authOf: (c: Context) => ReturnType<typeof limen>): MiddlewareHandler {
  return async (c, next) => {
    c.set('auth', authOf(c).openRequest(c.req.raw))
    await next()
  }
}

export const requireSession = (authOf: Parameters<typeof authenticate>[0]): MiddlewareHandler =>
  authenticate(authOf)
