/** Two routes that answer the same, without Limen and with it. */
import { Router } from '@koa/router'
import Koa from 'koa'
import { auth } from './auth.ts'

const router = new Router()

router.get('/bare', async (ctx) => {
  ctx.body = { who: 'Ada' }
})

router.get('/session', async (ctx) => {
  const session = await auth.handleRequest(ctx).validate()
  ctx.body = { who: session?.user.name ?? 'anonymous' }
})

router.post('/sign-up', async (ctx) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  auth.handleRequest(ctx).setSession(await auth.createSession({ userId }))
  ctx.status = 200
})

new Koa().use(router.routes()).listen(Number(process.env['PORT']))
