/** A server that says what it made of the bytes in a request's headers: in Node, workerd and Deno. */
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

/** What it says of a request. */
export interface Said {
  readonly trusted: boolean
  readonly signedIn: boolean
  readonly bearer: boolean
  /** How often the store was read. */
  readonly reads: number
  /** The characters that `X-Bytes` became. */
  readonly characters: readonly number[]
}

/** Makes one, with sessions of its own. */
export function headerServer(): { fetch(request: Request): Promise<Response> } {
  const kept = memoryStore()
  let reads = 0
  const store: typeof kept = {
    ...kept,
    read(...args) {
      reads++
      return kept.read(...args)
    },
  }
  const csrfProtection = { host: 'app.example', trustedOrigins: ['https://partner.example'] }
  const auth = limen({ store, csrfProtection })

  return {
    async fetch(request) {
      if (new URL(request.url).pathname === '/sign-in') {
        const session = await auth.createSession(await auth.createUser({}))
        return new Response(auth.createBearerToken(session))
      }
      reads = 0
      const authRequest = auth.handleRequest(request)
      const bytes = request.headers.get('X-Bytes') ?? ''
      const said: Said = {
        trusted: authRequest.origin.trusted,
        signedIn: (await authRequest.validate()) !== null,
        bearer: (await authRequest.validateBearerToken()) !== null,
        reads,
        characters: Array.from(bytes, (letter) => letter.codePointAt(0)!),
      }
      return Response.json(said)
    },
  }
}

export default headerServer()
