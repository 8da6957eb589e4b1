import { env } from 'cloudflare:workers'
import { limen } from '@limen/core'
import { type AuthVariables, authenticate, requireOrigin, requireSession } from '@limen/hono'
import { d1Store } from '@limen/workers'
import { Hono } from 'hono'

const auth = limen({
  store: d1Store<{ name: string }>(env.DB),
  getUserAttributes: ({ name }) => ({ name }),
})

const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()

app.use(authenticate(auth))

app.post('/sign-up', requireOrigin(auth), async (c) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  c.var.auth.setSession(await auth.createSession({ userId }))

  return c.redirect('/me', 303)
})

app.get('/me', requireSession(auth), (c) => c.text(`Hello ${c.var.session.user.name}`))

app.post('/sign-out', requireSession(auth), async (c) => {
  await auth.invalidateSession(c.var.session.sessionId)
  c.var.auth.setSession(null)

  return c.redirect('/me', 303)
})

export default app
