import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import type { NextRequest } from 'next/server.js'
import { describe, it, vi } from 'vitest'
import { NextScope, afterwards, nextHeaders } from '../test/next.ts'
import { nextjs } from './index.ts'

vi.mock('next/headers.js', () => nextHeaders)
vi.mock('next/server.js', async (original) => ({
  ...(await original<object>()),
  after: (work: Promise<unknown>) => void afterwards.push(work),
}))

const adapter: CaseAdapter = {
  eager: true,
  serve(auth, handler, { between, eager } = {}) {
    const { withAuth } = nextjs(auth)
    const inner = withAuth((_, authRequest) => handler(authRequest), {
      requireOrigin: false,
      eager,
    })
    const outer = withAuth(
      async (request, authRequest) => {
        await authRequest.validate()
        const response = await inner(request, {})
        between?.(response)
        return response
      },
      { requireOrigin: false },
    )
    return (request) => {
      const scope = new NextScope(request.headers)
      return scope.run('action', async () => {
        const handle = between ? outer : inner
        const response = await handle(request as NextRequest, {})
        // Next puts the jar on the response.
        const answer = new Response(response.body, response)
        for (const line of scope.jar.lines.values()) answer.headers.append('Set-Cookie', line)
        return answer
      })
    }
  },
}

describe('withAuth()', () => {
  it.each(adapterSuite(adapter))('$name', ({ run }) => run())
})
