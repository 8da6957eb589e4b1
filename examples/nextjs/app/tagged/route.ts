import { withAuth } from '../../lib/auth.ts'

export const GET = withAuth(async (request, authRequest) => {
  const session = await authRequest.validate()
  const headers = { ETag: '"v1"' }
  if (request.headers.get('If-None-Match') === '"v1"') {
    return new Response(null, { status: 304, headers })
  }
  return new Response(`who: ${session?.user.name ?? 'anonymous'}`, { headers })
})
