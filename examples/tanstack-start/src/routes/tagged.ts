import { createFileRoute } from '@tanstack/react-router'

export const Route = createFileRoute('/tagged')({
  server: {
    handlers: {
      async GET({ request, context }) {
        const session = await context.auth.validate()
        const headers = { ETag: '"v1"' }
        if (request.headers.get('If-None-Match') === '"v1"') {
          return new Response(null, { status: 304, headers })
        }
        return new Response(`who: ${session?.user.name ?? 'anonymous'}`, { headers })
      },
    },
  },
})
