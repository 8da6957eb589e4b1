import { text } from '@sveltejs/kit'
import { who } from '#lib/server/who.ts'
import type { RequestHandler } from './$types'

export const POST: RequestHandler = async ({ locals }) => text(await who(locals))
