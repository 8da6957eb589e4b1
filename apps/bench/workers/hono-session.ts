/** The smallest Worker that finds the user of a request with @hono/session, with a storage of its own in D1. */
import { type SessionEnv, useSession, useSessionStorage } from '@hono/session'
import { Hono } from 'hono'
import type { D1Database } from '@cloudflare/workers-types'

type SignedIn = { userId: string }
type Env = SessionEnv<SignedIn> & { Bindings: { DB: D1Database } }

const app = new Hono<Env>()
app.use(
  useSessionStorage<SignedIn, Env>((c) => {
    const run = (sql: string, ...values: string[]) => {
      c.executionCtx.waitUntil(
        c.env.DB.prepare(sql)
          .bind(...values)
          .run(),
      )
    }
    return {
      async get(sid) {
        const statement = c.env.DB.prepare('select data from session where id = ?').bind(sid)
        const data = await statement.first<string>('data')
        return data === null ? null : (JSON.parse(data) as SignedIn)
      },
      set: (sid, value) =>
        run('insert or replace into session values (?, ?)', sid, JSON.stringify(value)),
      delete: (sid) => run('delete from session where id = ?', sid),
    }
  }),
)
app.use(
  useSession<SignedIn>({
    secret: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    duration: { absolute: 15 * 86_400 },
  }),
)
app.get('/', async (c) => c.text((await c.var.session.get())?.userId ?? 'anonymous'))

export default app
