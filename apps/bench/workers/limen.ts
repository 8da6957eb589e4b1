/** The smallest Worker that finds the user of a request with Limen, with D1, and sends no cookie. */
import { limen } from '@limen/core'
import { d1Store } from '@limen/workers'
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch(request: Request, env: { DB: D1Database }): Promise<Response> {
    const auth = limen({ store: d1Store(env.DB) })
    const session = await auth.handleRequest(request).validate()
    return session ? new Response(session.user.userId) : new Response('anonymous', { status: 401 })
  },
}
