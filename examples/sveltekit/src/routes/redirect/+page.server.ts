import { redirect } from '@sveltejs/kit'
import { who } from '#lib/server/who.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const line = await who(locals)
  if (line) redirect(303, '/public')
  return { line }
}
