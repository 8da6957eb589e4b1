/** A Worker that reads one row of D1, and nothing else. */
import type { D1Database } from '@cloudflare/workers-types'

export default {
  async fetch(request: Request, env: { DB: D1Database }): Promise<Response> {
    const id = request.headers.get('Cookie')
    if (!id) return new Response('anonymous', { status: 401 })
    const row = await env.DB.prepare('select user_id from session where id = ?').bind(id).first()
    return new Response(row ? String(row['user_id']) : 'anonymous', { status: row ? 200 : 401 })
  },
}
