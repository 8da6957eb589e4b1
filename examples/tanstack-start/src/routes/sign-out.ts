import { createFileRoute } from '@tanstack/react-router'
import { originMiddleware } from '../auth-middleware.ts'
import { auth } from '../auth.server.ts'

export const Route = createFileRoute('/sign-out')({
  server: {
    middleware: [originMiddleware],
    handlers: {
      async POST({ context }) {
        const session = await context.auth.validate()
        if (session) await auth.invalidateSession(session.sessionId)
        context.auth.setSession(null)
        return new Response(null, { status: 303, headers: { Location: '/' } })
      },
    },
  },
})
