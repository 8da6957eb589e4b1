import { type CaseAdapter, type CaseAuth, adapterSuite } from '@limen/conformance'
import type { InferSession } from '@limen/core'
import { authenticate } from '@limen/astro'
import { describe, it } from 'vitest'
import { type Handler, astroApp } from '../test/astro.ts'

type CaseHandler = Handler<InferSession<CaseAuth>>

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { between, eager = false } = {}) {
    const onRequest: CaseHandler = authenticate(auth, { eager })
    const cache: CaseHandler = async ({ locals }, next) => {
      await locals.auth.validate()
      const response = await next()
      between?.(response)
      return response
    }
    const handlers = between ? [onRequest, cache, onRequest] : [onRequest]
    return astroApp(handlers, ({ locals }) => handler(locals.auth))
  },
}

describe('authenticate()', () => {
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
