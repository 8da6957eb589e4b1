import { who } from '#lib/server/who.ts'
import type { PageServerLoad } from './$types'

export const prerender = true

/** Runs at build time, as an anonymous visitor; in development for each visitor. */
export const load: PageServerLoad = async ({ locals }) => ({ line: await who(locals) })
