import type { APIRoute } from 'astro'
import { auth } from '../lib/auth.ts'

export const POST: APIRoute = async ({ locals, redirect }) => {
  const session = await locals.auth.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  locals.auth.setSession(null)
  return redirect('/', 303)
}
