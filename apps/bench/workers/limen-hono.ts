/** The smallest Worker that finds the user of a request with Limen through Hono, with D1. */
import { limen } from '@limen/core'
import { requireSession } from '@limen/hono'
import { d1Store } from '@limen/workers'
import { Hono } from 'hono'
import type { D1Database } from '@cloudflare/workers-types'

const app = new Hono<{ Bindings: { DB: D1Database } }>()
const auth = (c: { env: { DB: D1Database } }) => limen({ store: d1Store(c.env.DB) })
app.get('/', requireSession(auth), (c) => c.text(c.var.session.user.userId))

export default app
