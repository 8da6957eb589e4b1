import { redirect } from 'next/navigation'
import { auth, withAuth } from '../../lib/auth.ts'
import { nameIn } from '../../lib/form-name.ts'

export const POST = withAuth(async (request, authRequest) => {
  const name = nameIn(await request.formData())
  const { userId } = await auth.createUser({ attributes: { name } })
  authRequest.setSession(await auth.createSession({ userId }))
  // It throws. The cookie is sent.
  redirect('/')
})
