/** A small app for the tests behind proxies: it signs in, and reports the result of the origin check. */
import { type CsrfProtection, handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

const store = memoryStore()

export default {
  /** Reads its configuration from the URL, so that one server serves every case. */
  fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const config = JSON.parse(searchParams.get('config') ?? '{}') as {
      csrfProtection?: CsrfProtection
      secure?: boolean
    }
    const auth = limen({ store, ...config })
    return handle(auth, request, async (authRequest) => {
      const { origin } = authRequest
      if (request.method === 'POST' && origin.trusted) {
        authRequest.setSession(await auth.createSession(await auth.createUser({})))
      }
      const status = origin.trusted ? 200 : 403
      const reason = origin.trusted ? 'trusted' : origin.reason
      return new Response(`${reason} at ${request.url.split('?')[0]}`, { status })
    })
  },
}
