import { type InferAuthRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { fastify } from '@limen/node'
import createApp from 'fastify'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  middleware: fastify(),
  getUserAttributes: ({ name }) => ({ name }),
})

// Types `request.auth`. Without these lines, call auth.handleRequest(request, reply) in place of it.
declare module 'fastify' {
  interface FastifyRequest {
    auth: InferAuthRequest<typeof auth>
  }
}

const app = createApp()

app.decorateRequest('auth')
app.addHook('onRequest', async (request, reply) => {
  request.auth = auth.handleRequest(request, reply)
  if (!request.auth.origin.trusted) return reply.status(403).send('Forbidden')
})

app.post('/sign-up', async (request, reply) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  request.auth.setSession(await auth.createSession({ userId }))

  return reply.redirect('/me', 303)
})

app.get('/me', async (request, reply) => {
  const session = await request.auth.validate()
  if (!session) return reply.status(401).send('Unauthorized')

  return `Hello ${session.user.name}`
})

app.post('/sign-out', async (request, reply) => {
  const session = await request.auth.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  request.auth.setSession(null)

  return reply.redirect('/me', 303)
})

await app.listen({ port: Number(process.env['PORT'] ?? 3000) })

export const { server } = app
