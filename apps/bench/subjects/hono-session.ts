/** @hono/session over a Map, in the smallest Hono app. */
import { type SessionEnv, type Storage, useSession, useSessionStorage } from '@hono/session'
import { Hono } from 'hono'
import { type Subject, USER } from '../src/subject.ts'
import { type Seen, openInHono } from './in-hono.ts'

type SignedIn = { userId?: string }
type Env = SessionEnv<SignedIn> & { Bindings: Seen }

export const honoSession: Subject = {
  name: '@hono/session',
  cannot: { idle: 'renewed only when it is written', csrf: 'no check' },
  async open() {
    const stored = new Map<string, SignedIn>()
    const storage: Storage<SignedIn> = {
      get: (sid) => stored.get(sid) ?? null,
      set: (sid, value) => void stored.set(sid, value),
      delete: (sid) => void stored.delete(sid),
    }
    const app = new Hono<Env>()
    app.use(useSessionStorage<SignedIn, Env>(storage))
    app.use(
      useSession<SignedIn>({
        secret: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
        duration: { absolute: 15 * 86_400 },
      }),
    )
    app.all('/entries', async (c) => {
      if (c.env.signIn) {
        await c.var.session.update({ userId: USER })
        return c.text(USER)
      }
      const userId = (await c.var.session.get())?.userId ?? null
      c.env.userId = userId
      return userId === null ? c.text('Unauthorized', 401) : c.text(userId)
    })

    return openInHono(app, { revoke: () => stored.delete([...stored.keys()].at(-1)!) })
  },
}
