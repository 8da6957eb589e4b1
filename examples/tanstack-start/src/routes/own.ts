import { createFileRoute } from '@tanstack/react-router'
import { setCookie } from '@tanstack/react-start/server'

export const Route = createFileRoute('/own')({
  server: {
    handlers: {
      async GET({ context }) {
        const session = await context.auth.validate()
        setCookie('seen', '1', { path: '/' })
        return new Response(`who: ${session?.user.name ?? 'anonymous'}`, {
          headers: { 'Set-Cookie': 'own=1; Path=/', 'Cache-Control': 'public, max-age=60' },
        })
      },
    },
  },
})
