import type { APIRoute } from 'astro'

export const GET: APIRoute = async ({ locals }) => {
  const session = await locals.auth.validate()
  return Response.json({ who: session?.user.name ?? 'anonymous' })
}
