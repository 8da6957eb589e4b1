import { text } from '@sveltejs/kit'
import { who } from '#lib/server/who.ts'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = async ({ locals }) => text(await who(locals))
