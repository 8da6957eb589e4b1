/** The smallest Worker that finds the user of a request with Limen, with D1, and renews the visitor's cookie. */
import { limen } from '@limen/core'
import { d1Store, withAuth } from '@limen/workers'
import type { D1Database } from '@cloudflare/workers-types'

export default withAuth((env: { DB: D1Database }) => limen({ store: d1Store(env.DB) }), {
  async fetch(_request, _env, _ctx, authRequest) {
    const session = await authRequest.validate()
    return session ? new Response(session.user.userId) : new Response('anonymous', { status: 401 })
  },
})
