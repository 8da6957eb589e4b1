/** better-auth's variant without Kysely. The size of an adapter to D1 is not included. */
import { betterAuth } from 'better-auth/minimal'

export default {
  async fetch({ headers }: Request): Promise<Response> {
    const auth = betterAuth({
      baseURL: 'https://app.example',
      secret: 'a secret of more than thirty-two characters, for the bench',
    })
    const found = await auth.api.getSession({ headers })
    return found ? new Response(found.user.id) : new Response('anonymous', { status: 401 })
  },
}
