import { setTimeout } from 'node:timers/promises'
import { who } from '#lib/server/who.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const line = await who(locals)
  return { line: setTimeout(20, line) }
}
