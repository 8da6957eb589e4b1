import { createFileRoute } from '@tanstack/react-router'
import { originMiddleware } from '../auth-middleware.ts'
import { auth } from '../auth.server.ts'

export const Route = createFileRoute('/sign-up')({
  server: {
    middleware: [originMiddleware],
    handlers: {
      async POST({ request, context }) {
        const name = (await request.formData()).get('name')
        if (typeof name !== 'string') return new Response('name is missing', { status: 400 })
        const { userId } = await auth.createUser({ attributes: { name } })
        context.auth.setSession(await auth.createSession({ userId }))
        const headers = { Location: '/', 'Set-Cookie': 'theme=dark; Path=/' }
        return new Response(null, { status: 303, headers })
      },
    },
  },
})
