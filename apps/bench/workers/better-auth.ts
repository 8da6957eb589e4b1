/** The smallest Worker that finds the user of a request with better-auth, with D1. */
import { betterAuth } from 'better-auth'
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch({ headers }: Request, env: { DB: D1Database }): Promise<Response> {
    const auth = betterAuth({
      baseURL: 'https://app.example',
      secret: 'a secret of more than thirty-two characters, for the bench',
      database: env.DB as never,
    })
    const found = await auth.api.getSession({ headers })
    return found ? new Response(found.user.id) : new Response('anonymous', { status: 401 })
  },
}
