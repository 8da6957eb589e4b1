import { type CaseAdapter, type CaseAuth, adapterCases } from '@limen/conformance'
import { type AuthVariables, authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { describe, it } from 'vitest'

const adapter: CaseAdapter = {
  serve(auth, handler) {
    const app = new Hono<{ Variables: AuthVariables<CaseAuth> }>()
    app.use(authenticate(auth))
    app.all('*', (c) => handler(c.var.auth))
    app.onError((error, c) =>
      'getResponse' in error ? (error.getResponse as () => Response)() : c.text('sorry', 500),
    )
    return async (request) => app.fetch(request)
  },
}

describe('the Hono adapter', () => {
  // Outside a connection only workerd can make a response that switches protocols; the Workers
  // adapter runs that case.
  const cases = adapterCases.filter(({ upgrades }) => !upgrades)
  it.each(cases)('$name', ({ run }) => run(adapter))
})
