import { type CaseAdapter, type CaseAuth, adapterSuite } from '@limen/conformance'
import { type AuthVariables, authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, it } from 'vitest'

const adapter: CaseAdapter = {
  // Hono throws a response inside an error of its own.
  thrown: (res) => new HTTPException(303, { res }),
  serve(auth, handler, { between } = {}) {
    const app = new Hono<{ Variables: AuthVariables<CaseAuth> }>()
    app.use(authenticate(auth))
    if (between) {
      app.use(async (c, next) => {
        await c.var.auth.validate()
        await next()
        between(c.res)
      })
      app.use(authenticate(auth))
    }
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
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
