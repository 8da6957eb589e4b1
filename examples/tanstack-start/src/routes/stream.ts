import { createFileRoute } from '@tanstack/react-router'
import { textStream } from '../text-stream.ts'

export const Route = createFileRoute('/stream')({
  server: {
    handlers: {
      async GET({ context }) {
        const session = await context.auth.validate()
        async function* body() {
          yield 'who: '
          yield session?.user.name ?? 'anonymous'
        }
        return new Response(textStream(body()))
      },
    },
  },
})
