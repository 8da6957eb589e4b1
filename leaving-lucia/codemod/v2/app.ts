import { Hono } from 'hono'
import { auth as a } from './auth/lucia.ts'
import { signIn, signUp } from './users.ts'

// Not Lucia's: it must stay as it is.
const auth = { createUser: (name: string) => ({ id: name }), useKey: () => 'unrelated' }

export const app = new Hono()

app.post('/signup', async (c) => {
  const { username, password } = await c.req.parseBody()
  const user = await signUp(String(username), String(password))
  const session = await a.createSession({ userId: user.userId, attributes: { device: 'phone' } })
  const authRequest = a.handleRequest(c)
  authRequest.setSession(session)
  return c.redirect('/')
})

app.post('/login', async (c) => {
  const { username, password } = await c.req.parseBody()
  const userId = await signIn(String(username), String(password))
  if (!userId) return c.text('Incorrect username or password', 400)
  const session = await a.createSession({ userId, attributes: { device: 'desk' } })
  const authRequest = a.handleRequest(c)
  authRequest.setSession(session)
  return c.redirect('/')
})

app.get('/', async (c) => {
  const authRequest = a.handleRequest(c)
  const session = await authRequest.validate()
  if (!session) return c.text('anonymous')
  return c.text(`${session.user.username} on ${session.device}`)
})

app.get('/others', async (c) => {
  const session = await a.handleRequest(c).validate()
  if (!session) return c.text('Unauthorized', 401)
  const all = await a.getAllUserSessions(session.user.userId)
  return c.text(all.map(({ device }) => device).sort().join(' '))
})

app.get('/raw', (c) => c.text(a.readSessionCookie(c.req.raw.headers.get('Cookie') ?? '') ? 'cookie' : 'none'))

app.post('/logout', async (c) => {
  const authRequest = a.handleRequest(c)
  const session = await authRequest.validate()
  if (!session) return c.text('Unauthorized', 401)
  await a.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  return c.redirect('/')
})

app.get('/local', (c) => c.text(auth.createUser('x').id + auth.useKey()))
