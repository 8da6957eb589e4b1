/** The smallest Worker that finds the user of a request with Auth.js, with D1. */
import { Auth } from '@auth/core'
import { D1Adapter } from '@auth/d1-adapter'
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch({ headers }: Request, env: { DB: D1Database }): Promise<Response> {
    const request = new Request('https://app.example/auth/session', { headers })
    const response = await Auth(request, {
      secret: 'a secret of more than thirty-two characters, for the bench',
      trustHost: true,
      basePath: '/auth',
      providers: [],
      session: { strategy: 'database' },
      adapter: D1Adapter(env.DB as never),
    })
    const session = (await response.json()) as { user: { email: string } } | null
    return session ? new Response(session.user.email) : new Response('anonymous', { status: 401 })
  },
}
