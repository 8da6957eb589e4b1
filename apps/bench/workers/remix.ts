/** The smallest Worker that finds the user of a request with Remix, with a storage of its own in D1. */
import { createCookie } from '@remix-run/cookie'
import { createSession } from '@remix-run/session'
import type { D1Database } from '@cloudflare/workers-types'

type Data = [values: { userId?: string }, flash: Record<string, unknown>]

const cookie = createCookie('__Host-session', {
  secrets: ['a secret of more than thirty-two characters, for the bench'],
  httpOnly: true,
  secure: true,
})

export default {
  async fetch({ headers }: Request, env: { DB: D1Database }): Promise<Response> {
    const id = await cookie.parse(headers.get('Cookie'))
    const data = id
      ? await env.DB.prepare('select data from session where id = ?').bind(id).first<string>('data')
      : null
    const session = createSession(id ?? '', data ? (JSON.parse(data) as Data) : [{}, {}])
    const userId = session.get('userId')
    return userId ? new Response(userId) : new Response('anonymous', { status: 401 })
  },
}
