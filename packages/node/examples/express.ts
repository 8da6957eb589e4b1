import { type InferAuthRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { express, requireOrigin, requireSession } from '@limen/node'
import createApp from 'express'

const auth = limen({
  store: memoryStore<{ name: string }>(),
  middleware: express(),
  getUserAttributes: ({ name }) => ({ name }),
})

// Types `req.auth`. Without these lines, call auth.handleRequest(req, res) in place of it.
declare global {
  namespace Express {
    interface Request {
      auth: InferAuthRequest<typeof auth>
    }
  }
}

const app = createApp()

app.use((req, res, next) => {
  req.auth = auth.handleRequest(req, res)
  next()
})

app.post('/sign-up', requireOrigin(auth), async (req, res) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  req.auth.setSession(await auth.createSession({ userId }))

  res.redirect(303, '/me')
})

app.get('/me', requireSession(auth), (_, res) => {
  res.send(`Hello ${res.locals.session.user.name}`)
})

app.post('/sign-out', requireOrigin(auth), async (req, res) => {
  const session = await req.auth.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  req.auth.setSession(null)

  res.redirect(303, '/me')
})

export const server = app.listen(Number(process.env['PORT'] ?? 3000))
