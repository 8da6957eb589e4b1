import { redirect } from '@tanstack/react-router'
import { createMiddleware } from '@tanstack/react-start'
import { authMiddleware } from './auth-middleware.ts'

/** Requires a session, as `context.session`. */
export const sessionMiddleware = createMiddleware()
  .middleware([authMiddleware])
  .server(async ({ context, next }) => {
    const session = await context.auth.validate()
    if (!session) throw redirect({ to: '/public' })
    return next({ context: { session } })
  })
