import type { APIRoute } from 'astro'
import { who } from '../lib/who.ts'

export const GET: APIRoute = async ({ cookies, locals }) => {
  const line = await who(locals)
  cookies.set('seen', '1', { path: '/' })
  return new Response(line, { headers: { 'Cache-Control': 'public, max-age=60' } })
}
