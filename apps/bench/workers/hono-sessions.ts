/** The smallest Worker that finds the user of a request with hono-sessions, with a store of its own in D1. */
import { Hono } from 'hono'
import { type Session, type SessionData, sessionMiddleware } from 'hono-sessions'
import type { D1Database } from '@cloudflare/workers-types'

const storeOf = (db: D1Database) => ({
  async getSessionById(id?: string) {
    const statement = db.prepare('select data from session where id = ?').bind(id)
    const data = await statement.first<string>('data')
    return data === null ? null : (JSON.parse(data) as SessionData)
  },
  async createSession(id: string, data: SessionData) {
    await db.prepare('insert into session values (?, ?)').bind(id, JSON.stringify(data)).run()
  },
  async persistSessionData(id: string, data: SessionData) {
    const statement = db.prepare('update session set data = ? where id = ?')
    await statement.bind(JSON.stringify(data), id).run()
  },
  async deleteSession(id: string) {
    await db.prepare('delete from session where id = ?').bind(id).run()
  },
})

type Env = { Bindings: { DB: D1Database }; Variables: { session: Session<{ userId: string }> } }
const app = new Hono<Env>()
app.use((c, next) => sessionMiddleware({ store: storeOf(c.env.DB) })(c, next))
app.get('/', (c) => c.text(c.var.session.get('userId') ?? 'anonymous'))

export default app
