import { who } from '#lib/server/who.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const line = await who(locals)
  if (line) throw new Error('broken')
  return { line }
}
