import { text } from '@sveltejs/kit'
import { who } from '#lib/server/who.ts'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = async ({ cookies, locals }) => {
  const line = await who(locals)
  cookies.set('seen', '1', { path: '/' })
  return text(line, { headers: { 'Cache-Control': 'public, max-age=60' } })
}
