import type { APIRoute } from 'astro'
import { who } from '../lib/who.ts'

export const GET: APIRoute = async ({ locals, request }) => {
  const line = await who(locals)
  const isKnown = request.headers.get('If-None-Match') === '"v1"'
  return new Response(isKnown ? null : line, {
    status: isKnown ? 304 : 200,
    headers: { ETag: '"v1"' },
  })
}
