import { withAuth } from '../../lib/auth.ts'

export const GET = withAuth(async (_request, authRequest) => {
  const session = await authRequest.validate()
  return new Response(`who: ${session?.user.name ?? 'anonymous'}`, {
    headers: { 'Set-Cookie': 'seen=1; Path=/', 'Cache-Control': 'public, max-age=60' },
  })
})
