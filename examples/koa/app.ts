import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { page } from 'driver/page'
import Koa, { type Context } from 'koa'
import { auth } from './auth.ts'

const app = new Koa()

app.use(async (ctx, next) => {
  if (!auth.handleRequest(ctx).origin.trusted) ctx.throw(403)
  await next()
})
app.use(bodyParser())

const who = async (ctx: Context): Promise<string> =>
  (await auth.handleRequest(ctx).validate())?.user.name ?? 'anonymous'

const router = new Router()

router.get('/', async (ctx) => {
  ctx.body = page(await who(ctx))
})

router.post('/sign-up', async (ctx) => {
  const { name } = ctx.request.body as { name: string }
  const { userId } = await auth.createUser({ attributes: { name } })
  auth.handleRequest(ctx).setSession(await auth.createSession({ userId }))
  ctx.cookies.set('theme', 'dark')
  ctx.status = 303
  ctx.redirect('/')
})

router.post('/sign-out', async (ctx) => {
  const authRequest = auth.handleRequest(ctx)
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  ctx.status = 303
  ctx.redirect('/')
})

router.get('/public', (ctx) => {
  ctx.body = 'public'
})

router.get('/twice', async (ctx) => {
  const [one, other] = await Promise.all([who(ctx), who(ctx)])
  ctx.body = one === other ? `who: ${one}` : 'two answers'
})

router.get('/redirect', async (ctx) => {
  await who(ctx)
  ctx.redirect('/public')
})

router.get('/stream', async (ctx) => {
  const name = await who(ctx)
  async function* body() {
    yield 'who: '
    await setTimeout(20)
    yield name
  }
  ctx.body = Readable.from(body())
})

router.get('/late', (ctx) => {
  async function* body() {
    yield 'who: '
    // The headers leave with the first bytes.
    await setTimeout(20)
    yield await who(ctx)
  }
  ctx.body = Readable.from(body())
})

router.get('/error', async (ctx) => {
  await who(ctx)
  throw new Error('broken')
})

router.get('/tagged', async (ctx) => {
  const name = await who(ctx)
  ctx.status = 200
  ctx.etag = 'v1'
  if (ctx.fresh) ctx.status = 304
  else ctx.body = `who: ${name}`
})

router.get('/own', async (ctx) => {
  const name = await who(ctx)
  ctx.cookies.set('seen', '1')
  ctx.set('Cache-Control', 'public, max-age=60')
  ctx.body = `who: ${name}`
})

router.get('/static', (ctx) => {
  ctx.set('Cache-Control', 'public, max-age=60')
  ctx.body = 'the same for all'
})

router.get('/data', async (ctx) => {
  ctx.body = { who: await who(ctx) }
})

app.use(router.routes())
app.listen(Number(process.env['PORT'] ?? 3000))
