import { withAuth } from '../../lib/auth.ts'

export const GET = withAuth(async (_request, authRequest) => {
  const session = await authRequest.validate()
  return Response.json({ who: session?.user.name ?? 'anonymous' })
})
