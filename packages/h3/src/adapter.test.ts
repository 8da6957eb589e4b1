import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { authenticate, getAuth } from '@limen/h3'
import { H3 } from 'h3'
import { describe, it } from 'vitest'

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { between, ...options } = {}) {
    const app = new H3({ silent: true })
    app.use(authenticate(auth, options))
    if (between) {
      app.use(async (event, next) => {
        await getAuth(auth, event).validate()
        const response = (await next()) as Response
        between(response)
        return response
      })
      app.use(authenticate(auth, options))
    }
    app.all('/**', (event) => handler(getAuth(auth, event)))
    return async (request) => app.fetch(request)
  },
}

describe('the h3 adapter', () => {
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
