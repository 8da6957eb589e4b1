/** A server for Node, workerd and Deno that reports how it read the bytes of a request's headers. */
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

/** The report on one request. */
export interface Report {
  readonly trusted: boolean
  readonly signedIn: boolean
  readonly bearer: boolean
  /** The number of store reads. */
  readonly reads: number
  /** The code points of `X-Bytes` as decoded. */
  readonly characters: readonly number[]
}

/** Creates a server with a store of its own. */
export function headerServer(): { fetch(request: Request): Promise<Response> } {
  const memory = memoryStore()
  let reads = 0
  const store: typeof memory = {
    ...memory,
    read(...args) {
      reads++
      return memory.read(...args)
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
      const report: Report = {
        trusted: authRequest.origin.trusted,
        signedIn: (await authRequest.validate()) !== null,
        bearer: (await authRequest.validateBearerToken()) !== null,
        reads,
        characters: Array.from(bytes, (letter) => letter.codePointAt(0)!),
      }
      return Response.json(report)
    },
  }
}

export default headerServer()
