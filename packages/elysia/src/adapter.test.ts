import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { authenticate } from '@limen/elysia'
import { Elysia } from 'elysia'
import { describe, it } from 'vitest'

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { eager } = {}) {
    const app = new Elysia()
      .use(authenticate(auth, { eager }))
      .all('*', ({ auth }) => handler(auth))
    return (request) => app.handle(request)
  },
}

/** Elysia runs the plugin outermost, so no response is between two of them. */
const BETWEEN = /^D3/

describe('the Elysia adapter', () => {
  it.each(adapterSuite(adapter).filter(({ name }) => !BETWEEN.test(name)))('$name', ({ run }) =>
    run(),
  )
})
