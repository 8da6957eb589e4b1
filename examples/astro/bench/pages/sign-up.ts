import type { APIRoute } from 'astro'
import { auth } from '../../src/lib/auth.ts'

export const POST: APIRoute = async ({ locals }) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  locals.auth.setSession(await auth.createSession({ userId }))
  return new Response()
}
