import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { getAuth } from '@limen/nuxt/server'
import { eventHandler, sendWebResponse } from 'h3'
import { beforeEach, describe, it, vi } from 'vitest'
import { createNitro, visit } from '../test/app.ts'

const adapter: CaseAdapter = {
  serve(auth, handler, { between } = {}) {
    const app = createNitro()
    app.use(
      eventHandler(async (event) => {
        if (between) await getAuth(auth, event).validate()
        const response = await responseOf(() => handler(getAuth(auth, event)))
        // h3 1 sends headers with the first bytes, and the suite's streams begin after the headers.
        setImmediate(() => event.node.res.flushHeaders())
        return sendWebResponse(event, response)
      }),
    )
    return (request) => visit(app, request)
  },
}

/** h3 1 has no thrown responses. */
async function responseOf(handle: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await handle()
  } catch (error) {
    if (error instanceof Response) return error
    throw error
  }
}

/** In h3 1 there is no response between two adapters. The app in examples/ has Nitro's caches. */
const BETWEEN = /^D3/

describe('the adapter for h3 1', () => {
  // h3 1 logs each error that it did not make itself.
  beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue())

  it.each(adapterSuite(adapter).filter(({ name }) => !BETWEEN.test(name)))('$name', ({ run }) =>
    run(),
  )
})
