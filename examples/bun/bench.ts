/** Two routes that answer the same, without Limen and with it. */
import { handle } from '@limen/core'
import { auth } from './auth.ts'

Bun.serve({
  hostname: 'localhost',
  port: Number(process.env['PORT']),
  routes: {
    '/bare': async () => Response.json({ who: 'Ada' }),
    '/session': (request) =>
      handle(auth, request, async (authRequest) => {
        const session = await authRequest.validate()
        return Response.json({ who: session?.user.name ?? 'anonymous' })
      }),
    '/sign-up': {
      POST: (request) =>
        handle(auth, request, async (authRequest) => {
          const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
          authRequest.setSession(await auth.createSession({ userId }))
          return new Response('signed in')
        }),
    },
  },
})
