import { handle } from '@limen/core'
import { describe, it } from 'vitest'
import { type CaseAdapter, adapterSuite } from './index.ts'

const adapter: CaseAdapter = {
  eager: true,
  returnsNothing: true,
  serve(auth, handler, { between, ...options } = {}) {
    const inner = (request: Request) => handle(auth, request, handler, options)
    if (!between) return inner
    return (request) =>
      handle(auth, request, async (authRequest) => {
        await authRequest.validate()
        const response = await inner(request)
        between(response)
        return response
      })
  },
}

describe('handle()', () => {
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
