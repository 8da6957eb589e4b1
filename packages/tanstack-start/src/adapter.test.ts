import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { describe, it } from 'vitest'
import { authenticate } from './index.ts'

/** As Start: a thrown response is one. Other errors reject. */
async function resultOf(handler: () => Response | Promise<Response>) {
  try {
    return { response: await handler() }
  } catch (error) {
    if (error instanceof Response) return { response: error }
    throw error
  }
}

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { between, ...options } = {}) {
    const inner = (request: Request) =>
      authenticate(auth, request, (authRequest) => resultOf(() => handler(authRequest)), options)
    if (!between) return async (request) => (await inner(request)).response
    return async (request) => {
      const { response } = await authenticate(auth, request, async (authRequest) => {
        await authRequest.validate()
        const result = await inner(request)
        between(result.response)
        return result
      })
      return response
    }
  },
}

/** There the app's own error handling gets a `Response`: `authenticate.test.ts` has the case. */
const OWN_HANDLING = 'D8: a refused setSession() is 403 in the app’s own error handling'

describe('authenticate()', () => {
  const cases = adapterSuite(adapter).filter(({ name }) => !name.startsWith(OWN_HANDLING))
  it.each(cases)('$name', ({ run }) => run())
})
