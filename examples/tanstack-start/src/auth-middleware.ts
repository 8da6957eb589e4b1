import { authenticate } from '@limen/tanstack-start'
import { createMiddleware } from '@tanstack/react-start'
import { auth } from './auth.server.ts'

export const authMiddleware = createMiddleware().server(({ request, next }) =>
  authenticate(auth, request, (authRequest) => next({ context: { auth: authRequest } })),
)

/** Answers requests of other sites with 403, before a handler writes anything. */
export const originMiddleware = createMiddleware()
  .middleware([authMiddleware])
  .server(({ context, next }) => {
    if (!context.auth.origin.trusted) throw new Response('Forbidden', { status: 403 })
    return next()
  })
