import type { APIRoute } from 'astro'
import { auth } from '../lib/auth.ts'

export const POST: APIRoute = async ({ cookies, locals, redirect, request }) => {
  const name = (await request.formData()).get('name')
  if (typeof name !== 'string') return new Response('name is missing', { status: 400 })
  const { userId } = await auth.createUser({ attributes: { name } })
  locals.auth.setSession(await auth.createSession({ userId }))
  cookies.set('theme', 'dark', { path: '/' })
  return redirect('/', 303)
}
