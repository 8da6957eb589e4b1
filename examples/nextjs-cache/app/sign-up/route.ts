import { auth, withAuth } from '../../lib/auth.ts'

export const POST = withAuth(async (_request, authRequest) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  authRequest.setSession(await auth.createSession({ userId }))
  return new Response('signed up')
})
