/** hono-sessions over its memory store, in the smallest Hono app. */
import { Hono } from 'hono'
import { MemoryStore, type Session, sessionMiddleware } from 'hono-sessions'
import { type Subject, USER } from '../src/subject.ts'
import { type Seen, openInHono } from './in-hono.ts'

type SignedIn = { userId: string }

export const honoSessions: Subject = {
  name: 'hono-sessions',
  cannot: { csrf: 'no check' },
  async open() {
    const store = new MemoryStore()
    const app = new Hono<{ Bindings: Seen; Variables: { session: Session<SignedIn> } }>()
    app.use(
      sessionMiddleware({
        store,
        expireAfterSeconds: 15 * 86_400,
        cookieOptions: { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
      }),
    )
    app.all('/entries', (c) => {
      if (c.env.signIn) c.var.session.set('userId', USER)
      const userId = c.var.session.get('userId') ?? null
      c.env.userId = userId
      return userId === null ? c.text('Unauthorized', 401) : c.text(userId)
    })

    return openInHono(app, { revoke: (id) => store.deleteSession(id) })
  },
}
