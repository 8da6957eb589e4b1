/** The smallest Worker that finds the user of a request with iron-session: nothing is stored. */
import { getIronSession, webCookies } from 'iron-session'

export default {
  async fetch(request: Request): Promise<Response> {
    const headers = new Headers()
    const session = await getIronSession<{ userId: string }>(webCookies(request, headers), {
      password: 'a secret of more than thirty-two characters, for the bench',
      cookieName: '__Host-session',
    })
    return new Response(session.userId ?? 'anonymous', {
      status: session.userId ? 200 : 401,
      headers,
    })
  },
}
