import { cookies } from 'next/headers'
import { withAuth } from '../../../lib/auth.ts'

export const POST = withAuth(async (_request, authRequest) => {
  const jar = await cookies()
  jar.set('theme', 'light')
  await authRequest.validate()
  authRequest.setSession(null)
  return new Response('signed out', { headers: { 'Set-Cookie': 'seen=1; Path=/' } })
})
