/** A Worker through Hono that reads one row of D1. */
import { Hono } from 'hono'
import type { D1Database } from '@cloudflare/workers-types'

const app = new Hono<{ Bindings: { DB: D1Database } }>()
app.get('/', async (c) => {
  const statement = c.env.DB.prepare('select user_id from session where id = ?')
  const row = await statement.bind(c.req.header('Cookie') ?? '').first()
  return row ? c.text(String(row['user_id'])) : c.text('anonymous', 401)
})

export default app
