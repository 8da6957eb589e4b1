import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { describe, it } from 'vitest'
import { withAuth } from './index.ts'

const adapter: CaseAdapter = {
  eager: true,
  returnsNothing: true,
  serve(auth, handler, { between, ...options } = {}) {
    const inner = withAuth(
      auth,
      { fetch: (_request, _env, _ctx, authRequest) => handler(authRequest) },
      options,
    )
    const outer = withAuth(auth, {
      async fetch(request, env, ctx, authRequest) {
        await authRequest.validate()
        const response = await inner.fetch(request, env, ctx)
        between?.(response)
        return response
      },
    })
    const worker = between ? outer : inner
    return async (request) => {
      const ctx = createExecutionContext()
      const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx)
      await waitOnExecutionContext(ctx)
      return response
    }
  },
  upgrade() {
    const [client, server] = Object.values(new WebSocketPair())
    server!.accept()
    return new Response(null, { status: 101, webSocket: client! })
  },
}

describe('the Workers adapter', () => {
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
