/** Two routes that answer the same, without Limen and with it. */
import formbody from '@fastify/formbody'
import createApp from 'fastify'
import { auth } from './auth.ts'

const app = createApp()

await app.register(formbody)

app.get('/bare', async () => ({ who: 'Ada' }))

app.get('/session', async (request, reply) => {
  const session = await auth.handleRequest(request, reply).validate()
  return { who: session?.user.name ?? 'anonymous' }
})

app.post('/sign-up', async (request, reply) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  auth.handleRequest(request, reply).setSession(await auth.createSession({ userId }))
  return 'signed in'
})

await app.listen({ host: 'localhost', port: Number(process.env['PORT']) })
