/** hono-sessions over its memory store, in the smallest Hono app. */
import { Hono } from 'hono'
import { MemoryStore, type Session, sessionMiddleware } from 'hono-sessions'
import { inThePast } from '../src/past.ts'
import { newRequest } from '../src/requests.ts'
import { type Subject, USER, ageOf, forged } from '../src/subject.ts'

interface Seen {
  userId?: string | null
  signIn?: true
}
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

    async function signIn(): Promise<string> {
      const response = await app.fetch(newRequest('GET', null), { signIn: true })
      return response.headers.get('Set-Cookie')!
    }

    return {
      async validate(request) {
        const seen: Seen = {}
        await app.fetch(request, seen)
        return seen.userId ?? null
      },
      handle: (request) => app.fetch(request, {}),
      signIn,
      async cookie(state) {
        const cookie = (await inThePast(ageOf(state), signIn)).split(';')[0]!
        if (state === 'revoked' || state === 'unknown') store.deleteSession(cookie.split('=')[1]!)
        if (state === 'malformed') return 'session=malformed'
        return state === 'forged' ? forged(cookie) : cookie
      },
    }
  },
}
