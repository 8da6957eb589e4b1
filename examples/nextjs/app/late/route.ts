import { withAuth } from '../../lib/auth.ts'
import { textStream } from '../../lib/text-stream.ts'

export const GET = withAuth((_request, authRequest) => {
  async function* body() {
    yield 'who: '
    const session = await authRequest.validate()
    yield session?.user.name ?? 'anonymous'
  }
  return new Response(textStream(body()))
})
