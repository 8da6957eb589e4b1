/** Two routes that answer the same, without Limen and with it. */
import { authenticate } from '@limen/elysia'
import { Elysia } from 'elysia'
import { auth } from './auth.ts'

// The plugin runs around a whole app, so the bare handler has an app of its own.
const bare = new Elysia().get('/bare', () => ({ who: 'Ada' }))

const app = new Elysia()
  .use(authenticate(auth))
  .get('/public', () => 'public')
  .post('/sign-up', async ({ auth: request }) => {
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    request.setSession(await auth.createSession({ userId }))
    return 'signed up'
  })
  .get('/session', async ({ auth }) => ({
    who: (await auth.validate())?.user.name ?? 'anonymous',
  }))

const { Bun } = globalThis as unknown as { Bun: { serve(options: object): unknown } }

Bun.serve({
  port: Number(process.env['PORT']),
  fetch: (request: Request) => (request.url.endsWith('/bare') ? bare : app).fetch(request),
})
