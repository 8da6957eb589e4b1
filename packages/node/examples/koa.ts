import { type InferAuthRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { koa } from '@limen/node'
import Koa from 'koa'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  middleware: koa(),
  getUserAttributes: ({ name }) => ({ name }),
})

// The second type is that of ctx: it types ctx.auth.
const app = new Koa<Koa.DefaultState, { auth: InferAuthRequest<typeof auth> }>()

app.use(async (ctx, next) => {
  ctx.auth = auth.handleRequest(ctx)
  if (!ctx.auth.origin.trusted) ctx.throw(403)
  await next()
})

app.use(async (ctx) => {
  const session = await ctx.auth.validate()

  switch (`${ctx.method} ${ctx.path}`) {
    case 'POST /sign-up': {
      const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
      ctx.auth.setSession(await auth.createSession({ userId }))
      ctx.status = 303
      ctx.redirect('/me')
      break
    }
    case 'GET /me':
      if (!session) return ctx.throw(401)
      ctx.body = `Hello ${session.user.name}`
      break
    case 'POST /sign-out':
      if (session) await auth.invalidateSession(session.sessionId)
      ctx.auth.setSession(null)
      ctx.status = 303
      ctx.redirect('/me')
  }
})

export const server = app.listen(Number(process.env['PORT'] ?? 3000))
