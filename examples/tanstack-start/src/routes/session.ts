import { createFileRoute } from '@tanstack/react-router'

/** For the benchmark: what `/bare` answers, with the session. */
export const Route = createFileRoute('/session')({
  server: {
    handlers: {
      async GET({ context }) {
        const session = await context.auth.validate()
        return Response.json({ who: session?.user.name ?? 'anonymous' })
      },
    },
  },
})
