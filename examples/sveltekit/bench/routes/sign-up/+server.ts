import type { RequestHandler } from '@sveltejs/kit'
import { auth } from '../../../src/lib/server/auth.ts'

export const POST: RequestHandler = async ({ locals }) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  locals.auth.setSession(await auth.createSession({ userId }))
  return new Response()
}
