/** Limen over its memory store, with `web()` and through Hono. */
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type AuthVariables, authenticate, hono } from '@limen/hono'
import { Hono } from 'hono'
import { type Subject, USER, ageOf, forged } from '../src/subject.ts'

export const limenSubject: Subject = {
  name: 'Limen',
  async open() {
    const store = memoryStore()
    const auth = limen({ store })
    await auth.createUser({ userId: USER })

    const honoAuth = limen({ store, middleware: hono() })
    const app = new Hono<{ Variables: AuthVariables<typeof honoAuth> }>()
    app.use(authenticate(honoAuth))
    app.get('/entries', async (c) => {
      const session = await c.var.auth.validate()
      return session ? c.text(session.user.userId) : c.text('Unauthorized', 401)
    })

    return {
      async validate(request) {
        const session = await auth.handleRequest(request).validate()
        return session ? session.user.userId : null
      },
      handle: (request) => app.fetch(request),
      async signIn() {
        const session = await auth.createSession({ userId: USER })
        return auth.createSessionCookie(session).serialize()
      },
      async cookie(state) {
        const now = Date.now() - ageOf(state)
        const then = limen({ store, now: () => now })
        const session = await then.createSession({ userId: USER })
        if (state === 'revoked' || state === 'unknown')
          await auth.invalidateSession(session.sessionId)
        const { name, value } = then.createSessionCookie(session)
        const given =
          state === 'malformed' ? 'malformed' : state === 'forged' ? forged(value) : value
        return `${name}=${given}`
      },
    }
  },
}
