/** The smallest Worker that asks Lucia 3.2 who is there, with D1. */
import { Lucia, verifyRequestOrigin } from 'lucia3'
import { D1Adapter } from 'lucia3-sqlite'
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch({ headers, method }: Request, env: { DB: D1Database }): Promise<Response> {
    const auth = new Lucia(new D1Adapter(env.DB, { user: 'user', session: 'session' }) as never)
    const nobody = new Response('nobody', { status: 401 })
    if (method !== 'GET') {
      const origin = headers.get('Origin')
      const host = headers.get('Host')
      if (!origin || !host || !verifyRequestOrigin(origin, [host])) return nobody
    }
    const id = auth.readSessionCookie(headers.get('Cookie') ?? '')
    if (!id) return nobody
    const { user } = await auth.validateSession(id)
    return user ? new Response(String(user.id)) : nobody
  },
}
