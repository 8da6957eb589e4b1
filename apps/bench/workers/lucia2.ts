/** The smallest Worker that finds the user of a request with Lucia 2.7, with D1. */
import { lucia } from 'lucia2'
import { d1 } from 'lucia2-sqlite'
import { web } from 'lucia2/middleware'
import type { D1Database } from '@cloudflare/workers-types'

const tables = { user: 'user', key: 'user_key', session: 'user_session' }

export default {
  async fetch(request: Request, env: { DB: D1Database }): Promise<Response> {
    const auth = lucia({ adapter: d1(env.DB, tables) as never, middleware: web(), env: 'PROD' })
    const session = await auth.handleRequest(request).validate()
    return session ? new Response(session.user.userId) : new Response('anonymous', { status: 401 })
  },
}
