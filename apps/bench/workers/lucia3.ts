/** The smallest Worker that finds the user of a request with Lucia 3.2, with D1. */
import { Lucia, verifyRequestOrigin } from 'lucia3'
import { D1Adapter } from 'lucia3-sqlite'
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch({ headers, method }: Request, env: { DB: D1Database }): Promise<Response> {
    const auth = new Lucia(new D1Adapter(env.DB, { user: 'user', session: 'session' }) as never)
    const anonymous = new Response('anonymous', { status: 401 })
    if (method !== 'GET') {
      const origin = headers.get('Origin')
      const host = headers.get('Host')
      if (!origin || !host || !verifyRequestOrigin(origin, [host])) return anonymous
    }
    const id = auth.readSessionCookie(headers.get('Cookie') ?? '')
    if (!id) return anonymous
    const { user } = await auth.validateSession(id)
    return user ? new Response(String(user.id)) : anonymous
  },
}
