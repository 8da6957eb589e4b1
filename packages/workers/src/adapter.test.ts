import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseAdapter, adapterCases } from '@limen/conformance'
import { describe, it } from 'vitest'
import { withAuth } from './index.ts'

const adapter: CaseAdapter = {
  serve: (auth, handler) => async (request) => {
    const worker = withAuth(auth, {
      fetch: (_request, _env, _ctx, authRequest) => handler(authRequest),
    })
    const ctx = createExecutionContext()
    const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx)
    await waitOnExecutionContext(ctx)
    return response
  },
  upgrade() {
    const [client, server] = Object.values(new WebSocketPair())
    server!.accept()
    return new Response(null, { status: 101, webSocket: client! })
  },
}

describe('the Workers adapter', () => {
  it.each(adapterCases)('$name', ({ run }) => run(adapter))
})
