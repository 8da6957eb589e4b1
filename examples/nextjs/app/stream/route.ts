import { setTimeout } from 'node:timers/promises'
import { withAuth } from '../../lib/auth.ts'
import { textStream } from '../../lib/text-stream.ts'

export const GET = withAuth(async (_request, authRequest) => {
  const session = await authRequest.validate()
  async function* body() {
    yield 'who: '
    await setTimeout(50)
    yield session?.user.name ?? 'anonymous'
  }
  return new Response(textStream(body()))
})
