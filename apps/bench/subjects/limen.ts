/** Limen over its memory store, with `web()` and through Hono. */
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type Subject, USER, ageOf, forged } from '../src/subject.ts'

export const limenSubject: Subject = {
  name: 'Limen',
  async open(withHono) {
    const store = memoryStore()
    const auth = limen({ store })
    await auth.createUser({ userId: USER })

    // Imported only where it is used, so that others do not evaluate Hono.
    const hono = withHono ? await import('./limen-hono.ts') : null

    return {
      async validate(request) {
        const session = await auth.handleRequest(request).validate()
        return session ? session.user.userId : null
      },
      ...(hono && { handle: hono.throughHono(store) }),
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
