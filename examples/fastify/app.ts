import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { page } from 'driver/page'
import createApp, { type FastifyReply, type FastifyRequest } from 'fastify'
import { auth } from './auth.ts'

const app = createApp()

await app.register(cookie)
await app.register(formbody)
await app.register(compress, { threshold: 0 })

app.addHook('onRequest', async (request, reply) => {
  if (!auth.handleRequest(request, reply).origin.trusted) {
    return reply.status(403).send('Forbidden')
  }
})

const who = async (request: FastifyRequest, reply: FastifyReply): Promise<string> =>
  (await auth.handleRequest(request, reply).validate())?.user.name ?? 'anonymous'

app.get('/', async (request, reply) =>
  reply.type('text/html').send(page(await who(request, reply))),
)

app.post<{ Body: { name: string } }>('/sign-up', async (request, reply) => {
  const { userId } = await auth.createUser({ attributes: { name: request.body.name } })
  auth.handleRequest(request, reply).setSession(await auth.createSession({ userId }))
  return reply.setCookie('theme', 'dark').redirect('/', 303)
})

app.post('/sign-out', async (request, reply) => {
  const authRequest = auth.handleRequest(request, reply)
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  return reply.redirect('/', 303)
})

app.get('/public', async () => 'public')

app.get('/twice', async (request, reply) => {
  const [one, other] = await Promise.all([who(request, reply), who(request, reply)])
  return one === other ? `who: ${one}` : 'two answers'
})

app.get('/redirect', async (request, reply) => {
  await who(request, reply)
  return reply.redirect('/public')
})

app.get('/stream', async (request, reply) => {
  const name = await who(request, reply)
  async function* body() {
    yield 'who: '
    await setTimeout(20)
    yield name
  }
  return reply.send(Readable.from(body()))
})

app.get('/late', async (request, reply) => {
  async function* body() {
    yield 'who: '
    // The headers leave with the first bytes.
    await setTimeout(20)
    yield await who(request, reply)
  }
  return reply.send(Readable.from(body()))
})

app.get('/error', async (request, reply) => {
  await who(request, reply)
  throw new Error('broken')
})

app.get('/tagged', async (request, reply) => {
  const name = await who(request, reply)
  reply.header('ETag', '"v1"')
  return request.headers['if-none-match'] === '"v1"' ? reply.status(304).send() : `who: ${name}`
})

// A returned Response, whose headers Fastify merges last.
app.get('/own', async (request, reply) => {
  const name = await who(request, reply)
  const headers = { 'Set-Cookie': 'seen=1; Path=/', 'Cache-Control': 'public, max-age=60' }
  return new Response(`who: ${name}`, { headers })
})

app.get('/static', async (_, reply) =>
  reply.header('Cache-Control', 'public, max-age=60').send('the same for all'),
)

app.get('/data', async (request, reply) => ({ who: await who(request, reply) }))

await app.listen({ host: 'localhost', port: Number(process.env['PORT'] ?? 3000) })
