import { text } from '@sveltejs/kit'
import type { RequestHandler } from './$types'

export const POST: RequestHandler = ({ locals }) => {
  locals.auth.setSession(null)
  return text('signed out')
}
