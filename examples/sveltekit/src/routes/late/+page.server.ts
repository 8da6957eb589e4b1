import { setTimeout } from 'node:timers/promises'
import { who } from '#lib/server/who.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals }) => ({
  line: setTimeout(1000).then(() => who(locals)),
})
