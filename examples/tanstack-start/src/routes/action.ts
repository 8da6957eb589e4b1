import { createFileRoute } from '@tanstack/react-router'

/** Without `originMiddleware`: `setSession()` refuses the request itself. */
export const Route = createFileRoute('/action')({
  server: {
    handlers: {
      POST({ context }) {
        context.auth.setSession(null)
        return new Response('signed out')
      },
    },
  },
})
