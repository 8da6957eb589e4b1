/** The app of the examples: notes that only their author sees. */
import { type Store, isAuthError, limen } from '@limen/core'
import { requireSession } from '@limen/hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'

export function createApp(store: Store<{ name: string }, object>, now = () => Date.now()) {
  const auth = limen({ store, now, getUserAttributes: ({ name }) => ({ name }) })
  const notes = new Map<string, string[]>()
  const app = new Hono()

  app.get('/notes', requireSession(auth), (c) => {
    const { user } = c.var.session

    return c.json({ author: user.name, notes: notes.get(user.userId) ?? [] })
  })

  app.post('/notes', requireSession(auth), async (c) => {
    const { userId } = c.var.session.user
    notes.set(userId, [...(notes.get(userId) ?? []), await c.req.text()])

    return c.redirect('/notes', 303)
  })

  app.post('/sign-out', requireSession(auth), async (c) => {
    await auth.invalidateSession(c.var.session.sessionId)
    c.var.auth.setSession(null)

    return c.redirect('/', 303)
  })

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    const isOutage = isAuthError(error) && error.code === 'AUTH_STORE_UNAVAILABLE'

    return c.text('Please try again', isOutage ? 503 : 500)
  })

  return { auth, app }
}
