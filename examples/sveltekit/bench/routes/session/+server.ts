import type { RequestHandler } from '@sveltejs/kit'

export const GET: RequestHandler = async ({ locals }) => {
  const session = await locals.auth.validate()
  return Response.json({ who: session?.user.name ?? 'anonymous' })
}
