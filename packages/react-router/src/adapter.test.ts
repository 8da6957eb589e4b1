import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { type MiddlewareFunction, RouterContextProvider, createStaticHandler } from 'react-router'
import { describe, it } from 'vitest'
import { authenticate } from './index.ts'

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { between, eager } = {}) {
    const [middleware, getAuth] = authenticate(auth, { eager })
    const outside: MiddlewareFunction<Response> = async (args, next) => {
      await getAuth(args).validate()
      const response = await next()
      between?.(response)
      return response
    }
    const server = createStaticHandler([
      {
        id: 'route',
        path: '*',
        middleware: (between
          ? [middleware, outside, middleware]
          : [middleware]) as MiddlewareFunction[],
        loader: (args) => handler(getAuth(args)),
        action: (args) => handler(getAuth(args)),
      },
    ])
    return async (request) => {
      const answer: unknown = await server.queryRoute(request, {
        requestContext: new RouterContextProvider(),
        // As React Router's server does: a thrown response is one, and an error becomes a 500.
        generateMiddlewareResponse: async (query) => {
          try {
            return (await query(request)) as Response
          } catch (error) {
            if (error instanceof Response) return error
            return new Response('Internal Server Error', { status: 500 })
          }
        },
      })
      return answer as Response
    }
  },
}

/** There the app's own error handling gets a `Response`: `authenticate.test.ts` has the case. */
const OWN_HANDLING = 'D8: a refused setSession() is 403 in the app’s own error handling'

describe('authenticate()', () => {
  const cases = adapterSuite(adapter).filter(({ name }) => !name.startsWith(OWN_HANDLING))
  it.each(cases)('$name', ({ run }) => run())
})
