import { createFileRoute } from '@tanstack/react-router'

export const Route = createFileRoute('/data')({
  server: {
    handlers: {
      async GET({ context }) {
        const session = await context.auth.validate()
        return Response.json({ who: session?.user.name ?? 'anonymous' })
      },
    },
  },
})
